using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.RunTimeShapes;

/// <summary>Convolutions over spatial lengths that values decide, as behind a length regulator of speech synthesis, give what the reference gives.</summary>
public sealed class OpenConvolutionTests
{
    private const int Cases = 40;

    [Theory]
    [InlineData("Conv")]
    [InlineData("ConvTranspose")]
    public void Code_and_reference_agree(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs)>();
        for (int seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            int[] x = Write(new OnnxModelWriter().Opset(14), random, op == "ConvTranspose", out OnnxModelWriter writer);
            CompiledModel model = batch.Add(FormattableString.Invariant($"{op}, seed {seed}"), writer.ToSource(), TestOptions.Exact);
            int[] whole = [.. x.Select((d, i) => i < 2 ? d : d + 2)];
            cases.Add((model, [RandomTensor.Of(ElementType.Float32, seed, whole), new ReferenceTensor(ElementType.Int64, [x.Length - 2], [.. x.Skip(2).Select(d => (long)d)])]));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases) model.AssertAgrees(1e-4, 1e-5, inputs);
    }

    /// <summary>What stands behind a convolution over a sequence: normalisations and pools of it.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Layers_over_channels_agree(int axis)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(14).Input("x", ElementType.Float32, 2, 3, 5, 4).Input("keep", ElementType.Bool, 4)
            .Initializer("s", [0.5f, 2, -1], 3).Initializer("b", [0.1f, 0, 3], 3).Initializer("m", [0.2f, -1, 0], 3).Initializer("v", [0.5f, 1, 4], 3)
            .Node("Compress", "x,keep", "kept", n => n.Int("axis", axis)).Node("BatchNormalization", "kept,s,b,m,v", "batch", n => n.Float("epsilon", 1e-3f))
            .Node("InstanceNormalization", "kept,s,b", "instance").Node("GlobalAveragePool", "kept", "mean").Node("GlobalMaxPool", "kept", "most")
            .Output("batch").Output("instance").Output("mean").Output("most");
        using var model = CompiledModel.Compile(writer);
        foreach (long[] keep in new long[][] { [1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0] })
            model.AssertAgrees(1e-4, 1e-5, RandomTensor.Of(ElementType.Float32, axis, [2, 3, 5, 4]), new ReferenceTensor(ElementType.Bool, [4], keep));
    }

    [Theory]
    [InlineData("Conv", "VALID")]
    [InlineData("Conv", "SAME_UPPER")]
    public void A_sequence_without_room_for_a_window_is_refused(string op, string autoPad)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 1, 5).Input("keep", ElementType.Bool, 5).Initializer("w", [1f, 2, 3], 1, 1, 3)
            .Node("Compress", "x,keep", "kept", n => n.Int("axis", 2)).Node(op, "kept,w", "y", n => n.String("auto_pad", autoPad)).Output("y");
        using var model = CompiledModel.Compile(writer);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, [1, 1, 5]);
        Assert.Throws<ArgumentException>(() => model.Run(x, new ReferenceTensor(ElementType.Bool, [5], new long[5])));
        model.AssertAgrees(1e-5, 1e-6, x, new ReferenceTensor(ElementType.Bool, [5], [1L, 1, 0, 1, 1]));
    }

    /// <summary>A random node behind a Slice whose ends are an input of the model. The shape of the slice.</summary>
    private static int[] Write(OnnxModelWriter model, Random random, bool isTransposed, out OnnxModelWriter writer)
    {
        int rank = random.Next(1, 4);
        int groups = random.Next(1, 4);
        int[] window = [.. Enumerable.Range(0, rank).Select(_ => random.Next(1, 4))];
        int inputs = random.Next(1, 3);
        int outputs = random.Next(1, 3);
        long[] dilations = [.. window.Select(_ => (long)random.Next(1, 3))];
        int[] x = [random.Next(1, 3), groups * inputs, .. window.Select((d, i) => ((d - 1) * (int)dilations[i]) + random.Next(1, 6))];
        string autoPad = new[] { "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID" }[random.Next(5)];
        int[] w = isTransposed ? [groups * inputs, outputs, .. window] : [groups * outputs, inputs, .. window];
        bool hasBias = random.Next(2) == 0;
        model.Input("given", ElementType.Float32, [.. x.Select((d, i) => (OnnxDim)(long)(i < 2 ? d : d + 2))]).Input("lengths", ElementType.Int64, rank)
            .Initializer("zeros", new long[rank], rank).Initializer("axes", [.. window.Select((_, i) => i + 2L)], rank).Node("Slice", "given,zeros,lengths,axes", "x")
            .Initializer("w", Weights(random, w.Aggregate(1, (a, b) => a * b)), w).Initializer("b", Weights(random, groups * outputs), groups * outputs)
            .Node(isTransposed ? "ConvTranspose" : "Conv", hasBias ? "x,w,b" : "x,w", "y", n =>
            {
                n.Int("group", groups).String("auto_pad", autoPad).Ints("kernel_shape", [.. window.Select(d => (long)d)]);
                n.Ints("dilations", dilations).Ints("strides", [.. window.Select(_ => (long)random.Next(isTransposed ? 2 : 1, 4))]);
                if (isTransposed) n.Ints("output_padding", [.. window.Select(_ => (long)random.Next(2))]);
                if (autoPad == "NOTSET") n.Ints("pads", [.. window.Concat(window).Select(d => (long)random.Next(isTransposed ? (d + 1) / 2 : d))]);
            }).Output("y");
        writer = model;
        return x;
    }

    private static float[] Weights(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
}
