import { definePolicy } from '@kubewarden/policy-sdk';
import { object, pipe, transform } from 'valibot';
import { checkRules, constraintMap, judgeMetadata, nameList } from '../shared/metadata-rules.ts';

export default definePolicy({
  settings: pipe(
    object({ denied_labels: nameList, mandatory_labels: nameList, constrained_labels: constraintMap }),
    transform((settings) => ({
      denied: settings.denied_labels,
      mandatory: settings.mandatory_labels,
      constrained: settings.constrained_labels,
    })),
  ),
  validateSettings: (rules) => checkRules('labels', rules),
  validate: (request, rules) => judgeMetadata('labels', 'denied', request, rules),
});
