export function blasEnvironment(): Record<string, string> { return {}; }
