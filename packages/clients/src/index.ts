export * from './proxmox/types';
export * from './s3/types';
export * from './doppler/types';
