import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A busy machine is no failure: a page of many components takes its seconds there.
configure({ asyncUtilTimeout: 10_000 });
jest.setTimeout(60_000);
