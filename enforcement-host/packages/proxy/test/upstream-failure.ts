import { AxtaryError } from '@axtary/core';

export class UpstreamFailure extends AxtaryError {}
