import { z } from 'zod';

/** Imported before any schema is made: the page's policy forbids `eval`, and zod must not even try it. */
z.config({ jitless: true });
