/** `npm run backup -- DIR`: copies the stopped data folder. */
import { enter } from './startup/enter.mjs';

await enter('./backup.ts');
