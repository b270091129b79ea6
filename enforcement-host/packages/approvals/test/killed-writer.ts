import { LocalJsonApprovalQueueStore } from '../src/index.js';
import { request } from './support.js';

const [folder = '', from = '0'] = process.argv.slice(2);
const store = new LocalJsonApprovalQueueStore(folder);
for (let n = Number(from); ; n++) {
  const { id } = await store.create(request(n));
  await store.approve({ id, approvedBy: 'user:r@example.com', reason: 'ok' });
  await store.use(id);
  process.stdout.write(`${id}\n`);
}
