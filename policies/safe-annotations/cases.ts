import { metadataTables } from '../shared/metadata-cases.ts';

export default metadataTables('annotations', 'not allowed');
