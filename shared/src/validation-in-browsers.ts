import { z } from 'zod';

/**
 * The page's policy forbids `eval`, and zod must not even try it: it decides so when a schema is made. Imported first of
 * all by the browser's door, so that no order of bundled chunks makes a schema earlier.
 */
z.config({ jitless: true });
