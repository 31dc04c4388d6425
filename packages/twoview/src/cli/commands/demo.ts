export function defineDemo(): void {}
