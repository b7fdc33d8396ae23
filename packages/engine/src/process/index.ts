export * from './detached';
export * from './environment';
export * from './makePrivateFolder';
export * from './redactor';
export * from './redactStrings';
export * from './run';
export * from './startTime';
