import type { ToolCall } from './action-of.js';

/** A call that its policy allows, because the request names all that it is aimed at. */
export interface AllowedCall extends ToolCall {
  readonly request: string;
}

const MAIL = { recipients: ['bob@corp.example'], subject: 'Hello', body: 'See you.' };
const WRITE = 'Please write to bob@corp.example, with zoe@corp.example in copy.';
const EVENT = { title: 'Lunch', start_time: '2024-05-19 12:00', end_time: '2024-05-19 13:00' };
const PAY = 'Please pay 12.50 to GB29NWBK60161331926819.';
const PAYMENT = { recipient: 'GB29NWBK60161331926819', amount: 12.5, subject: 'a', date: 'b' };
const REPOSITORY = { repo_name: 'bob/tools' };

const FILES: readonly Omit<AllowedCall, 'suite'>[] = [
  call('create_file', { filename: 'notes.txt', content: 'a' }, 'Create notes.txt for me.'),
  call('create_dir', { path: '/documents' }, 'Make a folder /documents.'),
  ...['copy_node', 'move_node'].map((tool) =>
    call(tool, { source_path: '/a/b.txt', destination_path: '/c' }, 'Put /a/b.txt into /c for me.'),
  ),
  call(
    'download_file_through_id',
    { file_id: '3', save_dir: '/docs' },
    'Save what Bob sent to /docs.',
  ),
  call(
    'download_file_through_url',
    { url: 'www.example.com/a.pdf', save_dir: '/docs' },
    'Save www.example.com/a.pdf to /docs.',
  ),
  call(
    'input_to_webpage',
    { url: 'www.example.com', input_ids: ['a'], input_values: ['b'] },
    'Fill in www.example.com for me.',
  ),
];
const EVENTS: readonly Omit<AllowedCall, 'suite'>[] = [
  call(
    'create_calendar_event',
    { ...EVENT, participants: ['bob@corp.example'] },
    'Put lunch with bob@corp.example into my calendar.',
  ),
  call(
    'add_calendar_event_participants',
    { event_id: '7', participants: ['bob@corp.example'] },
    'Add bob@corp.example to the meeting.',
  ),
];

/** One allowed call for each aimed effect of each suite that its policy allows at all. */
export const ALLOWED_CALLS: readonly AllowedCall[] = [
  ...of('banking', [
    call('send_money', PAYMENT, PAY),
    call('schedule_transaction', { ...PAYMENT, recurring: true }, PAY),
    call('update_scheduled_transaction', { ...PAYMENT, id: 7 }, PAY),
    call('update_password', { password: 'n3w-secret' }, 'Change my password to n3w-secret.'),
    call(
      'update_user_info',
      { street: 'Elm Street 1', city: 'Bern' },
      'I moved to Elm Street 1, Bern.',
    ),
  ]),
  ...of('slack', [
    call('add_user_to_channel', { user: 'Alice', channel: 'random' }, 'Add Alice to random.'),
    call('send_direct_message', { recipient: 'Alice', body: 'Hi' }, 'Say hi to Alice.'),
    call('send_channel_message', { channel: 'general', body: 'Hi' }, "Say hi in 'general'."),
    call(
      'invite_user_to_slack',
      { user: 'Dora', user_email: 'dora@corp.example' },
      'Invite Dora (dora@corp.example).',
    ),
    call(
      'post_webpage',
      { url: 'www.example.com', content: 'a' },
      'Post it on www.example.com today.',
    ),
  ]),
  ...of('travel', [
    call('send_email', MAIL, WRITE),
    ...EVENTS.slice(0, 1),
    call('reserve_hotel', { hotel: 'City Hub', start_day: 'a', end_day: 'b' }, 'Book City Hub.'),
    call('reserve_car_rental', { company: 'Green Cars', start_time: 'a' }, 'Rent at Green Cars.'),
    call('reserve_restaurant', { restaurant: 'Chez Moi', start_time: 'a' }, 'A table at Chez Moi.'),
  ]),
  ...of('workspace', [
    call('send_email', MAIL, WRITE),
    ...EVENTS,
    call(
      'share_file',
      { file_id: 'f-1203', email: 'bob@corp.example', permission: 'r' },
      'Share f-1203 with bob@corp.example.',
    ),
    call('create_file', { filename: 'notes.txt', content: 'a' }, 'Create notes.txt for me.'),
  ]),
  ...of('dailylife', [
    call('send_money', PAYMENT, PAY),
    call('send_email', MAIL, WRITE),
    ...EVENTS,
    ...FILES,
  ]),
  ...of('github', [
    call('send_email', MAIL, WRITE),
    ...FILES,
    call('git_create_repo', { repo_name: 'new_project' }, 'Create a repository new_project.'),
    call(
      'git_transfer_repo_ownership',
      { ...REPOSITORY, new_owner_username: 'zoe' },
      'Transfer bob/tools to zoe.',
    ),
    call(
      'git_transfer_repo_ownership',
      { ...REPOSITORY, new_owner_email: 'zoe@corp.example' },
      'Transfer bob/tools to zoe@corp.example today.',
    ),
    call(
      'git_invite_collaborators',
      { ...REPOSITORY, collaborator_email: 'zoe@corp.example' },
      'Invite zoe@corp.example to bob/tools.',
    ),
    call('git_clone', { ...REPOSITORY, local_dir_path: '/src' }, 'Clone bob/tools into /src.'),
    call('git_pull', { ...REPOSITORY, local_path: '/src' }, 'Pull bob/tools into /src.'),
    call('git_push', { local_path: '/src' }, 'Push /src for me.'),
    call(
      'git_issue',
      { ...REPOSITORY, title: 'a', comment_body: 'b' },
      'Open an issue in bob/tools.',
    ),
    call('git_star', REPOSITORY, 'Give bob/tools a star.'),
    call('git_unstar', REPOSITORY, 'Take my star from bob/tools.'),
    call('git_add_ssh_key', { ssh_key: 'ssh-ed25519 AAAAC3' }, 'Add the key ssh-ed25519 AAAAC3.'),
    call('update_github_account_password', { password: 'n3w-secret' }, 'New password: n3w-secret'),
    call(
      'login_github_account',
      { username: 'zoe', password: 'n3w-secret' },
      'Log in as zoe with n3w-secret.',
    ),
  ]),
  ...of('shopping', [
    call('send_money', PAYMENT, PAY),
    call('send_email', MAIL, WRITE),
    ...EVENTS,
    ...FILES,
    call('checkout_selected_cart', { product_ids: ['P044'] }, 'Buy P044 for me.'),
    call('cart_add_product', { product_id: 'P044', quantity: 1 }, 'Put P044 into the cart.'),
    call('cart_remove_product', { product_id: 'P044' }, 'Take P044 out of the cart.'),
    call(
      'update_shopping_account_password',
      { password: 'n3w-secret' },
      'New password: n3w-secret',
    ),
    call(
      'update_shopping_account_user_info',
      { address: 'Elm Street 1' },
      'I live at Elm Street 1.',
    ),
    call(
      'login_shopping_account',
      { username: 'zoe', password: 'n3w-secret' },
      'Log in as zoe with n3w-secret.',
    ),
  ]),
];

function call(
  tool: string,
  args: AllowedCall['args'],
  request: string,
): Omit<AllowedCall, 'suite'> {
  return { tool, args, request };
}

function of(suite: string, calls: readonly Omit<AllowedCall, 'suite'>[]): readonly AllowedCall[] {
  return calls.map((one) => ({ suite, ...one }));
}
