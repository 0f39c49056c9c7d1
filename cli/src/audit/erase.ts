import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { commandAnswer, erasureSteps, erasureView } from '@verbatim/shared';
import { CommandFailure, UsageError } from '../command.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import { openClient, askingFlags, printJson, type Action } from './action.ts';
import { askPerson, needReason } from './reason.ts';

const pollEveryMs = 500;

export const eraseAction: Action = {
  name: 'erase',
  usage: 'USER [--yes]',
  summary: 'destroy what a person wrote and is called, for ever',
  help: `Erases a person: their keys are destroyed, and nothing they wrote can be read again by anybody, in no copy and no
backup. The record keeps that there was something, and every proof still holds. Refused while a legal hold covers them.

  --reason TEXT    why; asked for when not given
  --yes            do not ask whether you are sure
  --no-wait        return once the content is unreadable; files are cleaned by the instance afterwards
  --json           one JSON object for programs
`,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...askingFlags,
        yes: { type: 'boolean', default: false },
        'no-wait': { type: 'boolean', default: false },
      },
    });
    const [userId] = positionals;
    if (userId === undefined || positionals.length > 1) throw new UsageError('Name one USER by their id.');
    const reason = await needReason(values.reason);
    if (!values.yes) await confirm(userId);
    const client = await openClient(values);
    const { id } = await client.post('/audit/erasures', { userId, reason }, commandAnswer);
    const path = `/audit/erasures/${encodeURIComponent(id)}`;
    if (values['no-wait']) {
      if (values.json) printJson({ id });
      else
        process.stdout.write(
          `Erasure ${id}: the content is unreadable; what is left of it is being cleaned away.\n`,
        );
      return 0;
    }
    const bar = new ProgressBar({ unit: 'steps', total: erasureSteps.length });
    let reached = 0;
    try {
      for (;;) {
        const view = await client.get(path, erasureView);
        const step = erasureSteps.indexOf(view.status) + 1;
        bar.advance(Math.max(0, step - reached));
        reached = Math.max(reached, step);
        if (view.status !== 'done') {
          await delay(pollEveryMs);
          continue;
        }
        if (values.json) printJson(view);
        else process.stdout.write(`Erasure ${id} is done (${view.finishedAt ?? ''}).\n`);
        return 0;
      }
    } finally {
      bar.finish();
    }
  },
};

async function confirm(userId: string): Promise<void> {
  const answer = await askPerson(`This cannot be undone. Type the id of the person to erase (${userId}): `);
  if (answer === undefined)
    throw new CommandFailure('There is no terminal to ask at: add --yes if you are sure.');
  if (answer !== userId) throw new CommandFailure('Nothing was erased.');
}
