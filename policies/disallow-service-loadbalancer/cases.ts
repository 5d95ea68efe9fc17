import { serviceTables } from '../shared/service-cases.ts';

export default serviceTables('LoadBalancer');
