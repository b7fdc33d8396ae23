import { placement } from '../__fixtures__/answers';
import {
  afterwards,
  nodeReason,
  placementProblem,
  storageReason,
} from './placementChoices';

describe('a placement', () => {
  it('is asked for completely, within the policy, and where it fits', () => {
    const problem = (value: object) => placementProblem(value, placement);
    expect(problem({})).toEqual({ kind: 'incomplete' });
    expect(problem({ environment: 'dev', size: 'small' })).toBeUndefined();
    expect(problem({ environment: 'dev', size: 'large' })).toEqual({
      kind: 'refused',
      reason: 'Operators only',
    });
    expect(problem({ environment: 'dev', size: 'custom' })).toEqual({
      kind: 'customIncomplete',
    });
    const custom = { environment: 'dev', size: 'custom', diskGb: 10 };
    expect(problem({ ...custom, cores: 9, memoryMb: 1024 })).toEqual({
      kind: 'overMaximum',
    });
    expect(
      problem({ ...custom, cores: 1, memoryMb: 1024, node: 'pve2' }),
    ).toEqual({ kind: 'infeasible', what: 'pve2', reason: 'noRoom' });
  });

  it('is not judged by figures while Proxmox does not answer', () => {
    const value = { environment: 'dev', size: 'small', node: 'pve2' };
    expect(placementProblem(value, undefined)).toBeUndefined();
    expect(
      placementProblem(value, { ...placement, error: 'refused' }),
    ).toBeUndefined();
  });

  it('says why a choice is not possible, and what it means for the node', () => {
    const [node] = placement.nodes;
    expect(nodeReason({ ...node, online: false }, 1)).toBe('offline');
    expect(nodeReason({ ...node, allowed: false }, 1)).toBe('notAllowed');
    expect(nodeReason(node, 8192)).toBe('noRoom');
    expect(nodeReason(node, 1024)).toBeUndefined();
    const [storage] = placement.storages;
    expect(storageReason(storage, 'pve9', 10)).toBe('elsewhere');
    expect(storageReason(storage, 'pve1', 100)).toBe('full');
    expect(
      afterwards({ environment: 'dev', size: 'small' }, placement),
    ).toEqual({ node: 'pve1', part: 0.7 });
  });
});
