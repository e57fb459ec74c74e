import * as flows from './flows.ts';
import { createRecord, idOf, isDeniedWithout, permissionsOf } from './permissions.ts';
import { startUnderRoles } from './stage-under-roles.ts';

const record = createRecord();
const on = await startUnderRoles(record.onAccess);
try {
  const only = process.argv.slice(2);
  for (const [name, flow] of Object.entries(flows).sort((a, b) => Number(a[0] === 'rebuild') - Number(b[0] === 'rebuild'))) {
    if (only.length > 0 && !only.includes(name)) continue;
    record.enter(name);
    const t = Date.now();
    try {
      await flow(on, `${name.slice(0, 3).toUpperCase()}A`);
      console.log('ok', name, Date.now() - t);
    } catch (e) {
      console.log('FAIL', name, (e as Error).message.slice(0, 600));
    }
    for (const { entry } of record.refused().filter((r) => r.flow === name))
      console.log('  REFUSED', entry.role, entry.call, entry.request.action, entry.request.resource, '');
  }
  const all = permissionsOf(on.roles);
  const unneeded = all.filter((p) => record.needOf(p) === undefined);
  console.log(all.length, 'permissions', unneeded.length, 'unneeded');
  for (const p of unneeded) console.log('  UNNEEDED', idOf(p), record.asked(p.role, p.action) ? '(asked)' : '');
  for (const p of all) {
    const n = record.needOf(p);
    if (n && !isDeniedWithout(on.roles, p, n)) console.log('  NOT DENIED', idOf(p));
  }
} finally {
  await on.stop();
}
