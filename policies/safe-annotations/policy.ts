import { definePolicy } from '@kubewarden/policy-sdk';
import { object, pipe, transform } from 'valibot';
import { checkRules, constraintMap, judgeMetadata, nameList } from '../shared/metadata-rules.ts';

export default definePolicy({
  settings: pipe(
    object({
      denied_annotations: nameList,
      mandatory_annotations: nameList,
      constrained_annotations: constraintMap,
    }),
    transform((settings) => ({
      denied: settings.denied_annotations,
      mandatory: settings.mandatory_annotations,
      constrained: settings.constrained_annotations,
    })),
  ),
  validateSettings: (rules) => checkRules('annotations', rules),
  validate: (request, rules) => judgeMetadata('annotations', 'not allowed', request, rules),
});
