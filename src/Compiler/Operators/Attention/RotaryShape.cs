namespace RedGen.Compiler.Operators.Attentions;

/// <summary>The sizes of a RotaryEmbedding node. Tensors of rank 3 hold the heads of a position side by side.</summary>
/// <param name="Batch">Samples.</param>
/// <param name="Positions">Positions.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Length">Elements of a head.</param>
/// <param name="Pairs">Pairs of elements that are rotated; what is left stays.</param>
/// <param name="IsPacked">Whether the tensor has rank 3.</param>
/// <param name="IsInterleaved">Whether pairs stand together; else the second elements are half the rotated part behind.</param>
internal sealed record RotaryShape(int Batch, int Positions, int Heads, int Length, int Pairs, bool IsPacked, bool IsInterleaved)
{
    /// <summary>Where the second element of pair <paramref name="pair"/> and the first one stand.</summary>
    public (int First, int Second) Pair(int pair) => IsInterleaved ? (2 * pair, (2 * pair) + 1) : (pair, pair + Pairs);

    /// <summary>The first element of a head.</summary>
    public int At(int batch, int position, int head) => (IsPacked ? (((batch * Positions) + position) * Heads) + head : (((batch * Heads) + head) * Positions) + position) * Length;

    /// <summary>Reads a node.</summary>
    public static RotaryShape Read(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length is not (3 or 4)) throw context.Fail("X must have rank 3 or 4");
        long heads = x.Length == 4 ? x[1] : context.Attributes.Int("num_heads", 0);
        if (x.Length == 3 && (heads < 1 || x[2] % heads != 0)) throw context.Unsupported("num_heads", "a tensor of rank 3 needs a number of heads that divides its length " + x[2]);
        int length = x.Length == 4 ? x[3] : (int)(x[2] / heads);
        long rotated = context.Attributes.Int("rotary_embedding_dim", 0);
        if (rotated == 0) rotated = length;
        if (rotated < 0 || rotated > length || rotated % 2 != 0) throw context.Unsupported("rotary_embedding_dim", "what is rotated of the " + length + " elements of a head must be pairs");
        return new(x[0], x.Length == 4 ? x[2] : x[1], (int)heads, length, (int)(rotated / 2), x.Length == 3, context.Attributes.Int("interleaved", 0) != 0);
    }
}
