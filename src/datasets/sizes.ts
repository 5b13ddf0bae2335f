/** Images of Fashion-MNIST by what they are for (docs/protocol.md section 5). */
export const FASHION_MNIST_SIZES = { training: 55_000, validation: 5_000, test: 10_000 } as const;
