/** `npm test [-- FILES]`: all tests on servers of their own. */
import { enter } from './startup/enter.mjs';

await enter('./test.ts');
