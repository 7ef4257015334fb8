using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Tests.Linear;
using RedGen.Compiler.Tests.Red;
using RedGen.Runtime;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Layouts;

/// <summary>Chains of pointwise and depthwise convolutions that one step computes by bands of rows.</summary>
public sealed class DepthwiseBlockTests
{
    [Fact]
    public void Random_chains_compute_what_the_operators_mean_in_one_step_each()
    {
        using var batch = new ModelBatch();
        List<(RandomModel Random, CompiledModel Compiled)> models = [.. Enumerable.Range(0, 16).Select(seed =>
        {
            RandomModel model = Chain(seed);
            return (model, batch.Add($"block {seed}", model.Writer, TestOptions.Exact with { Layouts = LayoutMode.ChannelsLast }));
        })];
        batch.Build();
        foreach ((RandomModel random, CompiledModel model) in models)
        {
            Assert.Contains(model.Plan.Root.Steps, IsBlock);
            model.AssertAgrees(1e-4, 1e-4, random.Values);
        }
    }

    [Fact]
    public void What_others_read_stays_a_value_and_small_chains_stay_apart()
    {
        using var batch = new ModelBatch();
        CompiledModel read = batch.Add("read", Residual(96, 40, "e, r"), TestOptions.Exact with { Layouts = LayoutMode.ChannelsLast });
        CompiledModel small = batch.Add("small", Residual(24, 8, "r"), TestOptions.Exact with { Layouts = LayoutMode.ChannelsLast });
        CompiledModel whole = batch.Add("whole", Residual(96, 40, "r"), TestOptions.Exact with { Layouts = LayoutMode.ChannelsLast });
        batch.Build();
        Assert.DoesNotContain(small.Plan.Root.Steps, IsBlock);
        Step two = Assert.Single(read.Plan.Root.Steps, IsBlock);
        Assert.Equal(2, two.Nodes.Count(n => n.Operator.Name == "Conv"));
        Step three = Assert.Single(whole.Plan.Root.Steps, IsBlock);
        Assert.Equal(3, three.Nodes.Count(n => n.Operator.Name == "Conv"));
        Assert.True(whole.Plan.ArenaBytes < 96 * 40 * 40 * sizeof(float));
        whole.AssertAgrees(1e-4, 1e-4, HashedModel.Inputs(whole, 3));
        read.AssertAgrees(1e-4, 1e-4, HashedModel.Inputs(read, 3));
    }

    [Fact]
    public void Hashed_weights_are_expanded_and_nothing_is_allocated()
    {
        using var batch = new ModelBatch();
        HashedMatrix matrix = HashedModel.Matrix(3, 96, 8, 31, true, true);
        var options = HashedModel.Options with { Weights = WeightTier.Expand, Layouts = LayoutMode.ChannelsLast };
        CompiledModel hashed = batch.Add("hashed", HashedModel.Source(Residual(96, 40, "r"), "we", matrix), options);
        batch.Build();
        Step block = Assert.Single(hashed.Plan.Root.Steps, IsBlock);
        Assert.Contains(block.Weights, w => w.IsMade && w.Role == "ExpansionWeights");
        HashedModel.AssertAgrees(hashed, 2e-4, "hashed", HashedModel.Inputs(hashed, 3));
        Assert.Equal(0, hashed.AllocatedBytes(HashedModel.Inputs(hashed, 3)));
    }

    [Fact]
    public void The_planner_knows_the_workspace()
    {
        var random = new Random(5);
        for (int i = 0; i < 300; i++)
        {
            int channels = random.Next(1, 400);
            WindowAxis height = Axis(random), width = Axis(random);
            var shape = new ConvShape(
                channels, channels, channels, height.In, width.In, height.Out, width.Out, height.Kernel, width.Kernel, height.Stride, width.Stride, height.Dilation, width.Dilation, height.Before, width.Before);
            foreach (bool expanded in new[] { false, true })
            {
                var workspace = new DepthwiseBlockWorkspace(channels, [height.In, width.In], [height.Out, width.Out], height.Kernel, height.Stride, height.Dilation, expanded);
                Assert.Equal(DepthwiseBlock.BandRows(shape, expanded), workspace.Rows);
                Assert.Equal(DepthwiseBlock.WorkspaceLength(shape, expanded), workspace.Length);
            }
        }

        static WindowAxis Axis(Random random)
        {
            int kernel = random.Next(1, 6), dilation = random.Next(1, 3), stride = random.Next(1, 3), length = random.Next(12, 90);
            return new WindowAxis(length, ((length - ((kernel - 1) * dilation) - 1) / stride) + 1, kernel, stride, dilation, 0, 0);
        }
    }

    private static bool IsBlock(Step step) => step.Kernel == "ChannelsLast.DepthwiseBlock";

    /// <summary>x + projection of a filtered expansion of x; the named values are outputs.</summary>
    private static OnnxModelWriter Residual(int channels, int size, string outputs)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 8, size, size)
            .Initializer("we", Values(channels * 8, 1), channels, 8, 1, 1).Initializer("wd", Values(channels * 9, 2), channels, 1, 3, 3).Initializer("wp", Values(channels * 8, 3), 8, channels, 1, 1)
            .Node("Conv", "x, we", "c").Node("Relu", "c", "e")
            .Node("Conv", "e, wd", "d", n => n.Ints("pads", 1, 1, 1, 1).Int("group", channels)).Node("Relu", "d", "f")
            .Node("Conv", "f, wp", "p").Node("Add", "p, x", "r");
        foreach (string output in outputs.Split(", ")) writer = writer.Output(output);
        return writer;

        static float[] Values(int count, int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        }
    }

    /// <summary>A chain of odd sizes with or without an expansion, biases, activations and a residual.</summary>
    private static RandomModel Chain(int seed)
    {
        RandomModel m = new RandomModel(seed, ElementType.Float32).Opset(17);
        bool expanded = m.Chance(0.6), residual = m.Chance(0.5);
        int channels = m.Next(40, 90), outputs = m.Next(3, 40), kernel = m.Any(3, 3, 5), stride = residual ? 1 : m.Any(1, 2), dilation = m.Any(1, 1, 2);
        int pad = residual ? dilation * (kernel / 2) : m.Next(0, kernel / 2);
        // Large enough on either side of the depthwise convolution to be kept from memory.
        int windows = (int)Math.Sqrt(150_000 / channels) + m.Next(1, 5);
        int size = ((windows - 1) * stride) + ((kernel - 1) * dilation) + 1 - (2 * pad);
        int inputs = !expanded ? channels : residual ? outputs : m.Next(3, 30);
        string last = m.Input("x", 1, inputs, size, size + m.Next(0, 3));
        if (expanded) last = Activated(m, Conv(m, last, "e", channels, inputs, 1, 1, 1, 0, 1));
        last = Activated(m, Conv(m, last, "d", channels, 1, kernel, stride, dilation, pad, channels));
        last = Conv(m, last, "p", outputs, channels, 1, 1, 1, 0, 1);
        if (residual && inputs == outputs) m.Node("Add", last + ", x", last = "r");
        return m.Output(m.Chance(0.3) ? Activated(m, last) : last);
    }

    private static string Conv(RandomModel m, string x, string name, int outputs, int inputs, int kernel, int stride, int dilation, int pad, int groups)
    {
        // Sums stay near 1, as trained weights keep them.
        double[] weights = [.. RandomTensor.Of(ElementType.Float32, m.Seed + name[0], outputs, inputs, kernel, kernel).Reals!.Select(v => (double)(float)(v / (kernel * Math.Sqrt(inputs))))];
        string operands = x + ", " + m.Constant("w" + name, new ReferenceTensor(ElementType.Float32, [outputs, inputs, kernel, kernel], weights));
        if (m.Chance(0.5)) operands += ", " + m.Constant("b" + name, outputs);
        m.Node("Conv", operands, name, n => n.Ints("pads", pad, pad, pad, pad).Ints("strides", stride, stride).Ints("dilations", dilation, dilation).Int("group", groups));
        return name;
    }

    private static string Activated(RandomModel m, string x)
    {
        if (m.Chance(0.2)) return x;
        m.Node(m.Any("Relu", "HardSwish", "Sigmoid"), x, "a" + x);
        return "a" + x;
    }
}
