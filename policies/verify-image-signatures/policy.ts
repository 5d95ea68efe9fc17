import {
  accept,
  acceptSettings,
  containerLists,
  definePolicy,
  extractPodSpec,
  mutatePodSpec,
  reject,
  rejectSettings,
} from '@kubewarden/policy-sdk';
import { describeProblem } from './check-signature.ts';
import { settingsSchema } from './settings.ts';
import { verifyImage, type VerificationOutcome } from './verify-image.ts';

export default definePolicy({
  settings: settingsSchema,
  validateSettings({ signatures }) {
    const problems = signatures.map(describeProblem).filter((problem) => problem !== undefined);
    return problems.length === 0 ? acceptSettings() : rejectSettings(problems.join('; '));
  },
  validate(request, { signatures, modifyImagesWithDigest }) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    const { containers, initContainers, ephemeralContainers } = containerLists(podSpec);
    const all = [...containers, ...initContainers, ...ephemeralContainers];

    const problems: string[] = [];
    /** Each image is verified once, however many containers run it. */
    const outcomes = new Map<string, VerificationOutcome>();
    for (const { name, image } of all) {
      if (typeof image !== 'string' || image === '') problems.push(`container ${name} has no image`);
      else if (!outcomes.has(image)) {
        const outcome = verifyImage(image, signatures);
        outcomes.set(image, outcome);
        for (const failure of outcome.failures) {
          problems.push(`verification of image ${image} failed: ${failure}`);
        }
      }
    }
    if (problems.length > 0) {
      const { name, generateName = '' } = request.object?.metadata ?? {};
      return reject({ message: `Resource ${name ?? generateName} is not accepted: ${problems.join(', ')}` });
    }

    const toPin = all.flatMap((container) => {
      const image = container.image!;
      const digest = outcomes.get(image)?.digest;
      return digest === undefined || image.includes('@') ? [] : [{ container, image: `${image}@${digest}` }];
    });
    if (!modifyImagesWithDigest || toPin.length === 0) return accept();
    return mutatePodSpec(request, () => {
      for (const { container, image } of toPin) container.image = image;
    });
  },
});
