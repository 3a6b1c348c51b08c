/** `npm start`: everything that Houqin needs, until Ctrl-C. */
import { enter } from './startup/enter.mjs';

await enter('./main.ts');
