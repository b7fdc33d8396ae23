import { pretendTime, type TaskWork } from './work';

/** Work of the kinds of task that the sandbox has nothing for. */
export const pretendedWork: TaskWork = async context => {
  const { log, task } = context;
  log.root.info(
    `(pretended) The sandbox does nothing for tasks of the kind ${task.Name}.`,
  );
  await pretendTime(context);
  return 'done';
};
