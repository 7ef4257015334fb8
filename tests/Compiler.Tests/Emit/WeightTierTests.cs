using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

/// <summary>Constants come out of every tier with the bits that went in.</summary>
public sealed class WeightTierTests
{
    private static readonly CompilerOptions AsWritten = new() { Optimise = false };

    /// <summary>Every 16-bit pattern, in both halves of a float: surrogates, controls, quotes, line separators.</summary>
    private static float[] EveryPattern()
    {
        var bits = new uint[1 << 16];
        for (uint i = 0; i < bits.Length; i++) bits[i] = i << 16 | (ushort)(i * 40503);
        return MemoryMarshal.Cast<uint, float>(bits).ToArray();
    }

    [Theory]
    [InlineData(WeightTier.String)]
    [InlineData(WeightTier.Literal)]
    [InlineData(WeightTier.Auto)]
    public void Floats_keep_their_bits_through_a_saved_file(WeightTier tier)
    {
        float[] values = EveryPattern();
        // A literal has no NaN payload; every other value must survive.
        if (tier == WeightTier.Literal) values = [.. values.Where(v => !float.IsNaN(v)).Take(5000)];
        var writer = new OnnxModelWriter().Opset(17).Initializer("c", values, values.Length).Output("c", ElementType.Float32, values.Length);
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), AsWritten with { Weights = tier, ClassName = "Network" });
        Assert.True(result.Success);
        foreach (GeneratedSource source in result.Sources)
            Assert.Equal(source.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(source.Text)));
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten with { Weights = tier });
        ReferenceTensor output = model.Run()[0];
        Assert.Equal(MemoryMarshal.Cast<float, int>(values).ToArray(), MemoryMarshal.Cast<float, int>(output.ToTensor().AsSpan<float>()).ToArray().Select((b, i) => float.IsNaN(values[i]) ? BitConverter.SingleToInt32Bits(values[i]) : b));
        Assert.Equal(tier == WeightTier.String, result.StringBytes > 0);
    }

    [Theory]
    [InlineData(ElementType.UInt8, 5001)]
    [InlineData(ElementType.Int8, 100)]
    [InlineData(ElementType.Bool, 4999)]
    [InlineData(ElementType.Float16, 6000)]
    [InlineData(ElementType.Float16, 12)]
    [InlineData(ElementType.Int64, 5000)]
    [InlineData(ElementType.Int64, 3)]
    [InlineData(ElementType.UInt64, 3)]
    [InlineData(ElementType.Float64, 5000)]
    [InlineData(ElementType.Float64, 7)]
    [InlineData(ElementType.UInt16, 9)]
    [InlineData(ElementType.UInt32, 9)]
    [InlineData(ElementType.Float32, 0)]
    public void Every_element_type_can_be_a_constant(ElementType type, int count)
    {
        Tensor tensor = RandomTensor.Of(type, 5, count).ToTensor();
        var writer = new OnnxModelWriter().Opset(17).Initializer("c", tensor).Output("c", type, count);
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        Assert.Equal(tensor.Data.ToArray(), model.Run()[0].ToTensor().Data.ToArray());
    }

    /// <summary>Literals of eight bytes up to 2 MB in all, and strings beyond: short arrays do not count.</summary>
    [Theory]
    [InlineData(4096, 0, 0)]
    [InlineData(250_001, 249_999, 0)]
    [InlineData(250_001, 250_000, 2_000_004)]
    public void Long_arrays_are_literals_of_eight_bytes_while_they_are_few(int first, int second, long stringBytes)
    {
        float[] a = [.. Enumerable.Range(0, first).Select(i => i / 7f)], b = [.. Enumerable.Range(0, second).Select(i => i / -3f)];
        var writer = new OnnxModelWriter().Opset(17).Initializer("a", a, first).Output("a", ElementType.Float32, first);
        if (second > 0) writer.Initializer("b", b, second).Output("b", ElementType.Float32, second);
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), AsWritten with { ClassName = "Network" });
        Assert.True(result.Success);
        Assert.Equal(stringBytes, result.StringBytes);
        Assert.Equal(first > 4096 && stringBytes == 0, result.Sources.Any(s => s.Text.Contains("PackedWeights.Floats(new ulong[]", StringComparison.Ordinal)));
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        Assert.Equal(a, model.Run()[0].ToTensor().AsSpan<float>().ToArray());
    }

    /// <summary>From 65,536 floats on, constants are parts of one array, each of its own length; integers stay apart, and strings are never parts.</summary>
    [Theory]
    [InlineData(WeightTier.Auto, 65_000, true)]
    [InlineData(WeightTier.Auto, 60_000, false)]
    [InlineData(WeightTier.String, 65_000, false)]
    public void Floats_of_larger_networks_are_parts_of_one_array(WeightTier tier, int length, bool areParts)
    {
        float[] a = [.. Enumerable.Range(0, length).Select(i => i / 7f)], b = [.. Enumerable.Range(0, 17).Select(i => i / -3f)], c = [.. Enumerable.Range(0, 5001).Select(i => i * 0.5f)];
        long[] d = [3, -1, 1L << 40];
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Initializer("a", a, length).Initializer("b", b, 17).Initializer("c", c, 5001).Initializer("d", d, 3)
            .Output("a", ElementType.Float32, length).Output("b", ElementType.Float32, 17).Output("c", ElementType.Float32, 5001).Output("d", ElementType.Int64, 3);
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), AsWritten with { Weights = tier, ClassName = "Network" });
        Assert.Equal(areParts, result.Sources.Any(s => s.Text.Contains("ReadOnlySpan<float> Of(int place, int length)", StringComparison.Ordinal)));
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten with { Weights = tier });
        ReferenceTensor[] outputs = [.. model.Run()];
        Assert.Equal(a, outputs[0].ToTensor().AsSpan<float>().ToArray());
        Assert.Equal(b, outputs[1].ToTensor().AsSpan<float>().ToArray());
        Assert.Equal(c, outputs[2].ToTensor().AsSpan<float>().ToArray());
        Assert.Equal(d, outputs[3].ToTensor().AsSpan<long>().ToArray());
    }

    [Fact]
    public void Equal_arrays_are_emitted_once()
    {
        float[] values = [.. Enumerable.Range(0, 100).Select(i => i / 7f)];
        var writer = new OnnxModelWriter().Opset(17).Initializer("a", values, 100).Initializer("b", values, 10, 10)
            .Output("a", ElementType.Float32, 100).Output("b", ElementType.Float32, 10, 10);
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        Assert.Equal(400, model.Plan.WeightBytes);
        Assert.Equal(2, model.Run().Length);
    }
}
