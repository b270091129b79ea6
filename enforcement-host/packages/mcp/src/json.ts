import { isJsonObject, type JsonObject } from '@axtary/core';
import { z } from 'zod';

/** Takes any JSON object as it is: what passes through the gateway keeps members unknown to us. */
export const anyObject = z.custom<JsonObject>(isJsonObject, 'expected an object');
