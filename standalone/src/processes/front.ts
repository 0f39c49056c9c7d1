import { readFrontConfiguration } from '../front/front-configuration.ts';
import { startFront } from '../front/front.ts';
import { runPart } from './run-part.ts';

await runPart('front', (logger) => startFront(readFrontConfiguration(process.env), logger));
