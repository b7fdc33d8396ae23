import { discoveryApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import {
  Alert,
  Card,
  CardBody,
  CardHeader,
  Container,
  Grid,
  Text,
} from '@backstage/ui';
import { useCallback, useEffect, useState } from 'react';
import { LogoMark } from '../nav/Logo';
import { SandboxIdentity, rememberedPerson } from './SandboxIdentity';
import styles from './SandboxSignInPage.module.css';

const people = [
  {
    person: 'ada',
    title: 'Ada, member',
    group: 'Group shop',
    text: 'Requests hosts for the shop in development and staging, and destroys what the shop owns.',
  },
  {
    person: 'bo',
    title: 'Bo, colleague',
    group: 'Group billing',
    text: 'The same for billing. Sees the hosts of the shop, but may not touch them.',
  },
  {
    person: 'olga',
    title: 'Olga, operator',
    group: 'Group platform',
    text: 'May do everything: production, large sizes, hosts of other groups.',
  },
  {
    person: 'vic',
    title: 'Vic, viewer',
    group: 'Group auditors',
    text: 'Looks at everything and changes nothing.',
  },
];

/** Choice of the four seeded people; remembered for the browser tab, so two tabs can be two people. */
export function SandboxSignInPage({ onSignInSuccess }: SignInPageProps) {
  const discovery = useApi(discoveryApiRef);
  const [busy, setBusy] = useState(rememberedPerson() !== undefined);
  const [error, setError] = useState<string>();

  const signIn = useCallback(
    async (person: string) => {
      setBusy(true);
      setError(undefined);
      try {
        onSignInSuccess(await SandboxIdentity.signIn(person, discovery));
      } catch (cause) {
        setBusy(false);
        setError(cause instanceof Error ? cause.message : String(cause));
      }
    },
    [discovery, onSignInSuccess],
  );

  useEffect(() => {
    const person = rememberedPerson();
    if (person) signIn(person);
    // Once, when the page opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <main className={styles.page}>
      <Container>
        <div className={styles.title}>
          <span className={styles.mark}>
            <LogoMark />
          </span>
          <Text as="h1" variant="title-large" weight="bold">
            Nante
          </Text>
        </div>
        <Text as="p" variant="body-large" color="secondary">
          This is the sandbox: a small company with stand-ins for every outside
          system. Choose who you are; there is no password.
        </Text>
        {error && (
          <Alert
            status="danger"
            icon
            mt="4"
            title="Signing in did not work"
            description={`${error}. The portal may still be starting: wait a moment and choose again.`}
          />
        )}
        {busy ? (
          <Text as="p" role="status" className={styles.busy}>
            Signing in…
          </Text>
        ) : (
          <Grid.Root
            columns={{ initial: '1', sm: '2', lg: '4' }}
            gap="4"
            mt="6"
          >
            {people.map(({ person, title, group, text }) => (
              <Card
                key={person}
                onPress={() => signIn(person)}
                label={`Sign in as ${title}`}
              >
                <CardHeader>
                  <Text as="h2" variant="title-small" weight="bold">
                    {title}
                  </Text>
                  <Text color="secondary">{group}</Text>
                </CardHeader>
                <CardBody>
                  <Text>{text}</Text>
                </CardBody>
              </Card>
            ))}
          </Grid.Root>
        )}
      </Container>
    </main>
  );
}
