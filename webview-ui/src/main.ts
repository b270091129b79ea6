import './jitless.js';
import './components/approval.js';
import './components/ledger.js';
import './components/policy-review.js';
import './components/simulation.js';
