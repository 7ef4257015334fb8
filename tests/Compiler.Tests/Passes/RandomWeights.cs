using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>Random constants; some are shared by several nodes.</summary>
internal sealed class RandomWeights(Random random, GraphAuthor author)
{
    public string Any(params int[] lengths) => Make(lengths, () => (random.NextSingle() * 1.2f) - 0.6f);

    /// <summary>From 0.25 to 2: a factor or a variance.</summary>
    public string Positive(params int[] lengths) => Make(lengths, () => 0.25f + (random.NextSingle() * 1.75f), shared: false);

    public string Filled(float value, int[] lengths) => Make(lengths, () => value, shared: false);

    public string Integers(params long[] values) => author.Constant(Tensor.Of(values, values.Length));

    private string Make(int[] lengths, Func<float> element, bool shared = true)
    {
        string[] existing = [.. author.ConstantsOf(lengths)];
        if (shared && existing.Length > 0 && random.Next(5) == 0) return existing[random.Next(existing.Length)];
        int count = lengths.Aggregate(1, (a, b) => a * b);
        return author.Constant(Tensor.Of([.. Enumerable.Range(0, count).Select(_ => element())], lengths));
    }
}
