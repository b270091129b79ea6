import './jitless.js';
import './components/approval.js';
