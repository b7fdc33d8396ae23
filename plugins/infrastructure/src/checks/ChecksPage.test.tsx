import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { fakeBackend, openPage } from '../__testUtils__/backend';

const doctor = {
  checkedAt: '2026-11-26T10:00:00.000Z',
  checks: [
    {
      id: 'terraform',
      group: 'tools',
      title: 'Terraform is there',
      state: 'ok',
      message: '1.11.4',
    },
    {
      id: 'proxmox-lab',
      group: 'proxmox',
      title: 'Proxmox (lab) answers and takes our token',
      state: 'failed',
      message: 'It refuses the token.',
      who: 'whoever runs Proxmox',
      how: 'Make a token with the role in the README.',
    },
  ],
};
const policy = {
  environments: [
    {
      name: 'prod',
      title: 'Production',
      connection: 'lab',
      vlan: 50,
      subnet: '10.50.0.0/24',
      addressing: 'pool',
      sizes: ['medium'],
      restricted: true,
      telemetry: 'telemetry',
    },
  ],
  sizes: [
    {
      name: 'medium',
      title: 'Medium',
      cores: 2,
      memoryMb: 4096,
      diskGb: 20,
      restricted: false,
    },
  ],
  policy: {
    nodes: [],
    storages: [],
    hostsPerOwner: 20,
    maximum: { cores: 8, memoryMb: 16_384, diskGb: 200 },
    kinds: ['vm', 'lxc'],
    user: 'ops',
  },
};

describe('the checks page', () => {
  const backend = fakeBackend();

  it('says what is wrong, who can repair it and how, and what may be asked for', async () => {
    backend.answer('/doctor', doctor);
    backend.answer('/policy', policy);
    openPage('/checks');
    expect(await screen.findByText('1 check failed')).toBeInTheDocument();
    const proxmox = screen.getByRole('table', { name: 'Checks of Proxmox' });
    expect(within(proxmox).getByText('Wrong')).toBeInTheDocument();
    expect(
      within(proxmox).getByText(
        'whoever runs Proxmox: Make a token with the role in the README.',
      ),
    ).toBeInTheDocument();
    const environments = screen.getByRole('table', { name: 'Environment' });
    expect(
      within(environments).getByText('VLAN 50, 10.50.0.0/24, pool'),
    ).toBeInTheDocument();
    expect(
      within(environments).getByText('operators only'),
    ).toBeInTheDocument();
    expect(screen.getAllByText('all that Proxmox offers')).toHaveLength(2);
  });

  it('asks every system again when told to', async () => {
    backend.answer('/doctor', doctor);
    backend.answer('/policy', policy);
    openPage('/checks');
    await screen.findByText('1 check failed');
    backend.answer('/doctor', {
      ...doctor,
      checks: doctor.checks.slice(0, 1),
    });
    await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
    expect(await screen.findByText('Everything is right')).toBeInTheDocument();
  });

  it('shows what may be asked for to those who may not run the checks', async () => {
    backend.refuse('/doctor', 403, 'NotAllowedError', 'no');
    backend.answer('/policy', policy);
    openPage('/checks');
    expect(
      await screen.findByText(/infrastructure\.operate/),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('table', { name: 'Environment' }),
    ).toBeInTheDocument();
  });

  it('says that it asks while it asks', async () => {
    backend.never('/doctor');
    backend.never('/policy');
    openPage('/checks');
    expect(await screen.findByText('Asking every system…')).toBeInTheDocument();
  });
});
