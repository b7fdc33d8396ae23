import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { FormFieldBlueprint } from '../alphaImports';

/** Form fields of our templates; each loads when a form needs it. */
export const infrastructureFormFields = createFrontendModule({
  pluginId: 'scaffolder',
  extensions: [
    FormFieldBlueprint.make({
      name: 'nante-host-name',
      params: {
        field: () => import('./HostNameField').then(m => m.hostNameField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-app-name',
      params: {
        field: () => import('./AppNameField').then(m => m.appNameField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-app-host-name',
      params: {
        field: () => import('./AppHostNameField').then(m => m.appHostNameField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-environment',
      params: {
        field: () => import('./EnvironmentField').then(m => m.environmentField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-placement',
      params: {
        field: () => import('./PlacementField').then(m => m.placementField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-ssh-keys',
      params: {
        field: () => import('./SshKeysField').then(m => m.sshKeysField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-host-picker',
      params: {
        field: () => import('./HostPickerField').then(m => m.hostPickerField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-confirm-name',
      params: {
        field: () => import('./ConfirmNameField').then(m => m.confirmNameField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-request-id',
      params: {
        field: () => import('./RequestIdField').then(m => m.requestIdField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-plan-preview',
      params: {
        field: () => import('./PlanPreviewField').then(m => m.planPreviewField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-software',
      params: {
        field: () => import('./SoftwareField').then(m => m.softwareField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-resize',
      params: {
        field: () => import('./ResizeField').then(m => m.resizeField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-power-action',
      params: {
        field: () => import('./PowerActionField').then(m => m.powerActionField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-snapshot',
      params: {
        field: () => import('./SnapshotField').then(m => m.snapshotField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-target',
      params: {
        field: () => import('./TargetField').then(m => m.targetField),
      },
    }),
    FormFieldBlueprint.make({
      name: 'nante-repair',
      params: {
        field: () => import('./RepairField').then(m => m.repairField),
      },
    }),
  ],
});
