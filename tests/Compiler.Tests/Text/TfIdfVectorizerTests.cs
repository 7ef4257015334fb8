using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Text;

/// <summary>TfIdfVectorizer of integers: generated code counts as the reference does, and says what does not fit.</summary>
public sealed class TfIdfVectorizerTests
{
    [Fact]
    public void Code_and_reference_agree()
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor Input)>();
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            long[][] parts = [.. Enumerable.Range(1, 3).Select(n => Enumerable.Range(0, n * random.Next(0, 9)).Select(_ => (long)random.Next(-2, 3)).ToArray())];
            long[] starts = [0, parts[0].Length, parts[0].Length + parts[1].Length];
            int grams = parts.Select((p, i) => p.Length / (i + 1)).Sum() + 1;
            int least = random.Next(1, 3);
            int[] x = random.Next(2) == 0 ? [random.Next(0, 20)] : [random.Next(1, 4), random.Next(0, 20)];
            ElementType type = random.Next(2) == 0 ? ElementType.Int32 : ElementType.Int64;
            var writer = new OnnxModelWriter().Input("x", type, [.. x.Select(d => (OnnxDim)(long)d)]).Node("TfIdfVectorizer", "x", "y", n =>
            {
                n.Int("min_gram_length", least).Int("max_gram_length", random.Next(least, 4)).Int("max_skip_count", random.Next(5) == 0 ? long.MaxValue : random.Next(4))
                    .String("mode", new[] { "TF", "IDF", "TFIDF" }[random.Next(3)]).Ints("ngram_counts", starts).Ints("pool_int64s", [.. parts.SelectMany(p => p)])
                    .Ints("ngram_indexes", [.. Enumerable.Range(0, grams).OrderBy(_ => random.Next()).Select(i => (long)i)]);
                if (random.Next(2) == 0) n.Floats("weights", [.. Enumerable.Range(0, grams).Select(i => i * 0.5f)]);
            }).Output("y");
            long[] values = [.. Enumerable.Range(0, x.Aggregate(1, (a, b) => a * b)).Select(_ => (long)random.Next(-2, 3))];
            cases.Add((batch.Add("seed " + seed, writer, TestOptions.Exact with { Optimise = false }), new ReferenceTensor(type, x, values)));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor input) in cases) model.AssertAgrees(0, 0, input);
    }

    [Theory]
    [InlineData("a pool that is no multiple", "RG0009", new long[] { 0, 1 }, new long[] { 1, 2 }, new long[] { 0, 1, 2 })]
    [InlineData("parts beyond the pool", "RG0009", new long[] { 0, 9 }, new long[] { 1, 2 }, new long[] { 0, 1, 2 })]
    [InlineData("columns that are missing", "RG0009", new long[] { 0 }, new long[] { 1, 2 }, new long[] { 0 })]
    [InlineData("a negative column", "RG0009", new long[] { 0 }, new long[] { 1, 2 }, new long[] { 0, -1 })]
    [InlineData("columns beyond all bounds", "RG0015", new long[] { 0 }, new long[] { 1, 2 }, new long[] { 0, int.MaxValue - 1 })]
    public void Says_what_does_not_fit(string what, string expected, long[] starts, long[] pool, long[] columns)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Int64, 4).Node("TfIdfVectorizer", "x", "y", n => n.Int("min_gram_length", 1).Int("max_gram_length", 2)
            .Int("max_skip_count", 0).String("mode", "TF").Ints("ngram_counts", starts).Ints("pool_int64s", pool).Ints("ngram_indexes", columns)).Output("y");
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact);
        Assert.True(result.Diagnostics.Any(d => d.Descriptor.Id == expected), what + ": " + string.Join("; ", result.Diagnostics));
    }
}
