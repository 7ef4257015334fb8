using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Micro;

/// <summary>The kernels of RedGenProfile=Micro over odd shapes, weights as floats and hashed, against the reference interpreter on the graph that they compute.</summary>
public sealed class MicroKernelTests
{
    private static readonly string[] Activations = ["", "Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSwish", "Elu", "Clip"];

    [Fact]
    public void Convolutions_of_odd_shapes_agree_with_the_reference()
    {
        var random = new Random(5);
        AssertAgree(Enumerable.Range(0, 28).Select(i => Convolution(random, i)));
    }

    [Fact]
    public void Products_of_odd_shapes_agree_with_the_reference()
    {
        var random = new Random(6);
        AssertAgree(Enumerable.Range(0, 12).Select(_ => Product(random)));
    }

    /// <summary>No device can throw: an index that an axis does not have is the nearest that it has.</summary>
    [Theory]
    [InlineData(ElementType.Int32)]
    [InlineData(ElementType.Int64)]
    public void Indices_of_run_time_are_the_nearest_that_there_are(ElementType type)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 5, 3).Input("i", type, 4).Node("Gather", "x,i", "y").Output("y", ElementType.Float32);
        using CompiledModel compiled = CompiledModel.Compile(model.ToSource(), TestOptions.Exact with { Profile = Profile.Micro });
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 5, 3);
        compiled.AssertAgrees(0, 0, x, new ReferenceTensor(type, [4], [0L, -5L, 4L, -1L]));
        ReferenceTensor outside = compiled.Run(x, new ReferenceTensor(type, [4], [5L, int.MaxValue, -6L, int.MinValue]))[0];
        Assert.Equal([.. x.Reals!.Skip(12), .. x.Reals!.Skip(12), .. x.Reals!.Take(3), .. x.Reals!.Take(3)], outside.Reals!);
    }

    /// <summary>Two layers each, so that the second may take the place of the first one's output, and a sum that makes a residual.</summary>
    private static OnnxModelWriter Convolution(Random random, int i)
    {
        int groups = i % 4 == 0 ? random.Next(2, 7) : i % 7 == 0 ? 2 : 1;
        int channels = i % 4 == 0 ? groups : groups * random.Next(1, 6);
        int kernel = i % 3 == 0 ? 1 : random.Next(2, 5);
        int height = random.Next(kernel, 13), width = random.Next(kernel, 13);
        bool isSame = i % 2 == 1 || kernel == 1;
        int stride = isSame ? 1 : random.Next(1, 3), pad = isSame ? (kernel - 1) / 2 : random.Next(0, 2), after = isSame ? kernel / 2 : pad;
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1 + (i % 2), channels, height, width)
            .Node("Relu", "x", "start")
            .Initializer("w", RandomTensor.Of(ElementType.Float32, i, channels, channels / groups, kernel, kernel).ToTensor())
            .Initializer("b", RandomTensor.Of(ElementType.Float32, i + 1, channels).ToTensor())
            .Node("Conv", "start,w,b", "c", n => n.Ints("pads", pad, pad, after, after).Ints("strides", stride, stride).Int("group", groups));
        string last = "c";
        if (isSame && i % 5 != 0)
        {
            model.Node("Add", "c,start", "sum");
            last = "sum";
        }

        return Ended(model, last, Activations[i % Activations.Length]);
    }

    [Fact]
    public void The_largest_of_a_window_is_taken_where_its_places_are_computed()
    {
        var random = new Random(8);
        (int, int)[] windows = [(2, 2), (1, 2), (2, 1), (3, 2), (2, 4), (1, 3)];
        AssertAgree(Enumerable.Range(0, 18).Select(i =>
        {
            (int height, int width) = windows[i % windows.Length];
            int channels = random.Next(1, 5), outputs = random.Next(1, 9), rows = random.Next(4, 12), columns = random.Next(4, 12);
            return new OnnxModelWriter().Input("x", ElementType.Float32, 1 + (i % 2), channels, rows, columns)
                .Initializer("w", RandomTensor.Of(ElementType.Float32, i, outputs, channels, 3, 3).ToTensor())
                .Initializer("b", RandomTensor.Of(ElementType.Float32, i + 1, outputs).ToTensor())
                .Node("Conv", "x,w,b", "c", n => n.Ints("pads", 1, 1, 1, 1))
                .Node(i % 3 == 0 ? "Identity" : "Relu", "c", "r")
                .Node("MaxPool", "r", "y", n => n.Ints("kernel_shape", height, width).Ints("strides", height, width))
                .Output("y", ElementType.Float32);
        }));
    }

    private static OnnxModelWriter Product(Random random)
    {
        int rows = random.Next(1, 4), inputs = random.Next(1, 23), outputs = random.Next(1, 15);
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, rows, inputs)
            .Initializer("w", RandomTensor.Of(ElementType.Float32, inputs, outputs, inputs).ToTensor())
            .Initializer("b", RandomTensor.Of(ElementType.Float32, outputs, outputs).ToTensor())
            .Node("Gemm", "x,w,b", "c", n => n.Int("transB", 1));
        return Ended(model, "c", Activations[random.Next(Activations.Length)]);
    }

    private static OnnxModelWriter Ended(OnnxModelWriter model, string last, string activation)
    {
        if (activation == "Clip") model.Initializer("low", Scalar(-0.5f)).Initializer("high", Scalar(1.5f)).Node("Clip", last + ",low,high", "y");
        else model.Node(activation.Length == 0 ? "Identity" : activation, last, "y");
        return model.Output("y", ElementType.Float32);
    }

    private static Tensor Scalar(float value) => new(ElementType.Float32, [], BitConverter.GetBytes(value));

    private static void AssertAgree(IEnumerable<OnnxModelWriter> models)
    {
        using var batch = new ModelBatch();
        var compiled = new List<CompiledModel>();
        foreach (OnnxModelWriter model in models)
        {
            foreach (Hashing hashing in new[] { Hashing.None, Hashing.Adaptive })
            {
                var goal = (OptimiseGoal)(compiled.Count / 2 % 3);
                compiled.Add(batch.Add($"model {compiled.Count}, {goal}", model.ToSource(), TestOptions.Exact with { Profile = Profile.Micro, Hashing = hashing, Goal = goal }));
            }
        }

        batch.Build();
        foreach (CompiledModel model in compiled)
        {
            ReferenceTensor input = RandomTensor.Of(ElementType.Float32, 9, model.Inputs[0].Shape!.ToArray());
            var values = new Dictionary<string, ReferenceTensor>(StringComparer.Ordinal) { [model.Plan.Graph.Inputs[0].Name] = input };
            ReferenceTensor expected = ReferenceInterpreter.Run(model.Plan.Graph, values)[0];
            if (TensorAssert.Difference(expected, model.Run(input)[0], 1e-4, 1e-5) is { } difference) Assert.Fail($"{model.Label}: {difference}\n{model.Code}");
            Assert.DoesNotContain(model.Plan.Root.Steps, s => s.Kernel.EndsWith("Loops", StringComparison.Ordinal));
        }
    }
}
