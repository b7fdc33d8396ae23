import type { RoleDescription } from '@nante/model';

export const baseRole: RoleDescription = {
  name: 'base_setup',
  title: 'Settings that every host has',
  description: [],
  arguments: [
    {
      name: 'base_setup_firewall_tcp_ports',
      description: 'TCP ports to leave open, 1 to 65535 each.',
      type: 'list',
      elements: 'int',
      required: false,
      default: [],
    },
  ],
};

export const nginxRole: RoleDescription = {
  name: 'nginx',
  title: 'Web sites and proxies by nginx',
  description: [],
  arguments: [
    {
      name: 'nginx_package',
      description: 'Debian package of nginx.',
      type: 'str',
      choices: ['nginx', 'nginx-light'],
      required: false,
      default: 'nginx',
    },
    {
      name: 'nginx_sites',
      description: 'Sites, each answering to its names.',
      type: 'list',
      elements: 'dict',
      required: false,
      default: [],
      options: [
        {
          name: 'name',
          description: 'What the site is called here.',
          type: 'str',
          required: true,
        },
        {
          name: 'server_names',
          description: 'Names that it answers to.',
          type: 'list',
          elements: 'str',
          required: true,
        },
        {
          name: 'page',
          description: 'Text or HTML of its index.html.',
          type: 'str',
          required: false,
        },
      ],
    },
    {
      name: 'nginx_http_port',
      description: 'Port for HTTP, 1 to 65535.',
      type: 'int',
      required: false,
      default: 80,
    },
    {
      name: 'nginx_open_firewall',
      description: 'Whether the ports are opened in the firewall.',
      type: 'bool',
      required: false,
      default: true,
    },
    {
      name: 'nginx_settings',
      description: 'Other settings.',
      type: 'dict',
      required: false,
    },
  ],
};
