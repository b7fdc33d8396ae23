import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Card,
  CardBody,
  CardHeader,
  Flex,
  Text,
} from '@backstage/ui';
import type { NodeSummary } from '@nante/plugin-infrastructure-common';
import { Meter } from '../components/Meter';
import { HealthLabel } from '../components/StateLabel';
import { bytes, percent } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostsPage.module.css';

function NodeCard({ node }: { node: NodeSummary }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Card>
      <CardHeader>
        <Flex justify="between" align="center">
          <Text as="h3" weight="bold">
            {node.name}
          </Text>
          <HealthLabel state={node.state} />
        </Flex>
        <Text color="secondary">
          {t('hosts.guests', { count: node.guests })}
        </Text>
      </CardHeader>
      <CardBody>
        <div className={styles.nodeBody}>
          <Meter
            label={t('meter.cpu')}
            showLabel
            part={node.cpu}
            text={t('meter.of', {
              used: percent(node.cpu ?? 0),
              total: t('hosts.cores', { count: node.cores }),
            })}
          />
          <Meter
            label={t('meter.memory')}
            showLabel
            part={
              node.memoryUsed === undefined
                ? undefined
                : node.memoryUsed / node.memory
            }
            text={t('meter.of', {
              used: bytes(node.memoryUsed ?? 0),
              total: bytes(node.memory),
            })}
          />
          {node.storages.map(storage => (
            <Meter
              key={storage.name}
              label={
                storage.shared
                  ? `${storage.name} (${t('hosts.shared')})`
                  : storage.name
              }
              showLabel
              part={storage.size > 0 ? storage.used / storage.size : undefined}
              text={t('meter.of', {
                used: bytes(storage.used),
                total: bytes(storage.size),
              })}
            />
          ))}
        </div>
      </CardBody>
    </Card>
  );
}

/** Nodes and their storage, folded until somebody wants to see them. */
export function NodesBlock({ nodes }: { nodes: NodeSummary[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Accordion className={styles.nodesBlock}>
      <AccordionTrigger
        title={t('hosts.nodes')}
        subtitle={t('hosts.nodesCount', { count: nodes.length })}
      />
      <AccordionPanel>
        <div className={styles.nodes}>
          {nodes.map(node => (
            <NodeCard key={`${node.connection}/${node.name}`} node={node} />
          ))}
        </div>
      </AccordionPanel>
    </Accordion>
  );
}
