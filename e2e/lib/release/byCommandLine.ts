import assert from 'node:assert/strict';
import type { RunDocument } from '@nante/model';
import type { Answer, CommandLine } from '../commandLine';
import { hostOf, type Place, places, type ReleaseDoor } from './door';

/** What is published, and where. */
export const artifact = [
  ...['--app', 'hello', '--repository', 'maven-releases'],
  ...['--format', 'maven2', '--group', 'com.example', '--artifact', 'hello'],
];

/** The run that a call answered; `exits` are the codes that it may end with. */
export function runOf(answer: Answer, ...exits: number[]): RunDocument {
  assert.ok([0, ...exits].includes(answer.code), answer.log);
  assert.ok(answer.document?.run, answer.log);
  return answer.document.run;
}

/** A release on a terminal. */
export function byCommandLine(nante: CommandLine): ReleaseDoor {
  const host = (place: Place) => [
    ...['--name', hostOf(place), '--app', 'hello', '--environment', place],
  ];
  const deploy = async (version: string, place: Place) =>
    runOf(
      await nante(
        ...['deploy', '--app', 'hello', '--environment', place],
        ...['--version', version],
      ),
      1,
    );
  return {
    async makeHost(place) {
      return runOf(
        await nante(
          ...['provision', ...host(place), '--kind', 'lxc'],
          ...['--owner', 'group:default/shop', '--size', 'small'],
          ...['--octopus-environment', places[place]],
          ...['--target-roles', 'hello'],
        ),
      );
    },
    async publish(version, file) {
      return runOf(
        await nante(
          ...['publish', ...artifact, '--version', version, '--file', file],
        ),
      );
    },
    async release(version) {
      return runOf(
        await nante(
          ...['release', 'create', '--app', 'hello', '--version', version],
          ...['--package-version', version],
        ),
      );
    },
    deploy: version => deploy(version, 'dev'),
    promote: version => deploy(version, 'staging'),
    async rollBack() {
      return runOf(
        await nante('rollback', '--app', 'hello', '--environment', 'dev'),
      );
    },
    async destroyHost(place) {
      return runOf(
        await nante('destroy', ...host(place), '--confirm', hostOf(place)),
      );
    },
  };
}
