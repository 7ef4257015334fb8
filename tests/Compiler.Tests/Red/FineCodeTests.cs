using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Hash;
using RedGen.Compiler.Red.Splitting;
using RedGen.Compiler.Tests.Red.Hash;
using RedGen.Runtime;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Weights that are sums of two codes.</summary>
public sealed class FineCodeTests
{
    [Theory]
    [InlineData("Dense", 2)]
    [InlineData("Rows", 3)]
    [InlineData("Conv", 5)]
    [InlineData("Depthwise", 11)]
    [InlineData("Transposed", 63)]
    public void Generated_code_adds_what_both_codes_expand_to(string kind, int radix)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17);
        (int outputs, int columns) = kind switch
        {
            "Dense" => Write(writer.Input("x", ElementType.Float32, 1, 70).Initializer("w", new float[40 * 70], 40, 70).Node("Gemm", "x,w", "h", n => n.Int("transB", 1)), 40, 70),
            "Rows" => Write(writer.Input("x", ElementType.Float32, 3, 70).Initializer("w", new float[40 * 70], 70, 40).Node("MatMul", "x,w", "h"), 40, 70),
            "Conv" => Write(writer.Input("x", ElementType.Float32, 1, 6, 8, 8).Initializer("w", new float[10 * 27], 10, 3, 3, 3).Node("Conv", "x,w", "h", n => n.Int("group", 2).Ints("pads", 1, 0, 1, 1)), 10, 27),
            "Depthwise" => Write(writer.Input("x", ElementType.Float32, 1, 20, 8, 8).Initializer("w", new float[20 * 9], 20, 1, 3, 3).Node("Conv", "x,w", "h", n => n.Int("group", 20)), 20, 9),
            _ => Write(writer.Input("x", ElementType.Float32, 2, 6, 5, 4).Initializer("w", new float[6 * 4 * 9], 6, 4, 3, 3).Node("ConvTranspose", "x,w", "h"), 4, 54),
        };
        writer.Node("Relu", "h", "y").Output("y");
        using var model = CompiledModel.Compile(HashedModel.Source(writer, "w", Matrix(radix, outputs, columns, radix)).InPlanes(), HashedModel.Options.InPlanes());
        Assert.Empty(model.Result.Diagnostics);
        Assert.Contains("HashedDigits.Add(", model.Result.Sources[1].Text, StringComparison.Ordinal);
        Assert.Contains($"radix: {radix}", model.Result.Sources[1].Text, StringComparison.Ordinal);
        HashedModel.AssertAgrees(model, 2e-5, kind, HashedModel.Inputs(model, 3));
        Assert.Equal(0, model.AllocatedBytes(HashedModel.Inputs(model, 1)));
        Step step = Assert.Single(model.Plan.Root.Steps, s => !s.IsView);
        Assert.InRange(step.Multiplications, 1, step.MultiplyAdds);
        // Sums up to 256 are two to a float.
        Assert.Equal(kind == "Dense", step.Kernel == "Dense.Pairs.Expanded");
        // Indices, digits and scales: codebooks of whole numbers are calls.
        Assert.Equal(model.Plan.Reduction.Hashed["w"].Bytes - (4 * (model.Plan.Reduction.Hashed["w"].Codebook.Length + radix)), step.Weights.SelectMany(w => w.Emitted).Sum(w => (long)w.Data.Length));
    }

    [Fact]
    public void Pairs_of_codes_are_the_same_layer_over_an_input_that_stands_twice() => Layers.Check(20, random =>
    {
        int outputs = random.Next(1, 6), columns = random.Next(1, 12), radix = new[] { 2, 3, 5, 11 }[random.Next(4)];
        HashedMatrix matrix = Matrix(random.Next(), outputs, columns, radix), pairs = matrix.AsPairs()!;
        float[] rows = matrix.ToRows(), twice = pairs.ToRows();
        Assert.Null(pairs.Fine);
        Assert.Equal(2 * columns, pairs.Columns);
        for (int i = 0; i < rows.Length; i++)
        {
            int at = (i / columns * 2 * columns) + (i % columns);
            Assert.Equal(rows[i], twice[at] + twice[at + columns]);
            Assert.Equal(rows[i], matrix.Weight(i / columns, i % columns));
        }

        int first = random.Next(outputs);
        Assert.Equal(rows.Skip(first * columns), matrix.Slice(first, outputs - first).ToRows());
    });

    [Fact]
    public void The_papers_count_is_of_the_weights_themselves() => Layers.Check(20, random =>
    {
        int outputs = random.Next(1, 9), columns = random.Next(1, 12);
        HashedMatrix matrix = Matrix(random.Next(), outputs, columns, 3);
        matrix = new HashedMatrix(outputs, columns, matrix.Codebook, [], matrix.Indices.ToArray(), matrix.Fine);
        float[] rows = matrix.ToRows();
        Assert.Equal(
            Enumerable.Range(0, columns).Sum(j => Enumerable.Range(0, outputs).Select(i => rows[(i * columns) + j]).Distinct().Count()),
            SplitLayer.OfRows(1, matrix).ValuesPerColumn);
    });

    [Fact]
    public void Digits_share_bytes_and_come_back() => Layers.Check(40, random =>
    {
        int radix = random.Next(2, 128), count = random.Next(0, 50);
        byte[] digits = [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(radix))];
        var fine = new FineCodes([.. Enumerable.Range(0, radix).Select(k => (float)k)], digits);
        byte[] packed = fine.Pack();
        Assert.Equal(FineCodes.PackedLength(count, radix), packed.Length);
        Assert.All(packed, b => Assert.InRange(b, 0, 127));
        Assert.Equal(digits, HashedDigits.Read(packed, 0, radix, count));
        Assert.ThrowsAny<ArgumentException>(() => HashedDigits.Read(packed, 0, radix, count + fine.DigitsPerByte));
    });

    [Fact]
    public void Digits_of_2_3_5_and_11_fill_a_byte()
        => Assert.Equal([7, 4, 3, 2, 1], new[] { 2, 3, 5, 11, 63 }.Select(FineCodes.PerByte));

    [Fact]
    public void More_levels_than_a_byte_indexes_are_sums_of_two_codes() => Layers.Check(6, random =>
    {
        float[] rows = Layers.Weights(random, 12 * 40);
        var hasher = new AdaptiveHasher(Layers.Dense(rows, 40), rows, Layers.Of(Layers.Correlated(random, 40, 90)));
        double last = hasher.Hash(FineLevels.MostOfOneCode).Noise;
        foreach (int magnitudes in FineLevels.Menu)
        {
            HashedRows hashed = hasher.Hash(magnitudes);
            Assert.NotNull(hashed.Matrix.Fine);
            Assert.NotNull(hashed.Matrix.AsPairs());
            Assert.Equal(12, hashed.Matrix.Scales.Length);
            // As many levels, to a tenth: as little noise as they promise.
            Assert.InRange(hashed.Matrix.ValueCount, 2 * magnitudes, (2 * magnitudes) + 2);
            Assert.InRange(hashed.Noise, 0, last * 0.6);
            last = hashed.Noise;
        }
    });

    [Fact]
    public void Codes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new FineCodes([1f], [0]));
        Assert.Throws<ArgumentException>(() => new FineCodes([1f, 0f], [0]));
        Assert.Throws<ArgumentException>(() => new FineCodes([0f, 1f], [2]));
        Assert.Throws<ArgumentException>(() => new HashedMatrix(1, 2, [0f, 1f], [], [0, 1], new FineCodes([0f, 1f], [0])));
        ImmutableArray<float> many = [.. Enumerable.Range(0, 127).Select(k => (float)k)];
        Assert.Null(new HashedMatrix(1, 1, many, [], [0], new FineCodes([0.25f, 0.5f], [0])).AsPairs());
    }

    private static (int Outputs, int Columns) Write(OnnxModelWriter writer, int outputs, int columns)
    {
        Assert.NotNull(writer);
        return (outputs, columns);
    }

    /// <summary>A random matrix of levels with digits between them.</summary>
    private static HashedMatrix Matrix(int seed, int outputs, int columns, int radix)
    {
        var random = new Random(seed);
        FineLevels levels = FineLevels.Menu.Select(n => FineLevels.Of(n)!).Single(l => l.Radix == radix);
        ushort[] codes = [.. Enumerable.Range(0, outputs * columns).Select(_ => (ushort)random.Next((2 * levels.Magnitudes) + 1))];
        return levels.ToMatrix(outputs, columns, [.. Enumerable.Range(0, outputs).Select(_ => (float)(0.5 + random.NextDouble()) / levels.Magnitudes)], codes);
    }
}
