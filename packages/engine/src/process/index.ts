export * from './environment';
export * from './redactor';
