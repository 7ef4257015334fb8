using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Tests.Quantised;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Micro;

/// <summary>Chains of layers that RedGenProfile=Micro computes row by row: the bits of the same layers one after the other, in less memory.</summary>
public sealed class RowChainTests
{
    private const string Rows = "Micro.Rows";

    private static readonly CompilerOptions Options = TestOptions.Exact with { Profile = Profile.Micro, Goal = OptimiseGoal.Size };

    [Fact]
    public void Random_chains_give_the_bits_of_their_layers_in_less_memory()
    {
        using var batch = new ModelBatch();
        var pairs = new List<(CompiledModel Chain, CompiledModel Layers)>();
        for (int seed = 0; seed < 16; seed++)
        {
            // Two samples at once are computed layer by layer.
            CompilerOptions options = Options with { Goal = seed % 4 == 3 ? OptimiseGoal.Balanced : OptimiseGoal.Size };
            pairs.Add((batch.Add($"chain {seed}", new RandomChain(seed).Model(samples: 1).ToSource(), options), batch.Add($"layers {seed}", new RandomChain(seed).Model(samples: 2).ToSource(), options)));
        }

        batch.Build();
        int chained = 0;
        foreach ((CompiledModel chain, CompiledModel layers) in pairs)
        {
            ReferenceTensor input = RandomTensor.Of(ElementType.Float32, 3, chain.Inputs[0].Shape!.ToArray());
            ReferenceTensor actual = chain.Run(input)[0];
            ReferenceTensor twice = layers.Run(new ReferenceTensor(ElementType.Float32, layers.Inputs[0].Shape!.ToArray(), [.. input.Reals!, .. input.Reals!]))[0];
            Assert.DoesNotContain(layers.Plan.Root.Steps, s => s.Kernel == Rows);
            Assert.True(twice.Reals!.Take(actual.Count).Select(BitConverter.DoubleToInt64Bits).SequenceEqual(actual.Reals!.Select(BitConverter.DoubleToInt64Bits)), chain.Label + "\n" + chain.Code);
            var values = new Dictionary<string, ReferenceTensor>(StringComparer.Ordinal) { [chain.Plan.Graph.Inputs[0].Name] = input };
            if (TensorAssert.Difference(ReferenceInterpreter.Run(chain.Plan.Graph, values)[0], actual, 1e-4, 1e-5) is { } difference) Assert.Fail($"{chain.Label}: {difference}\n{chain.Code}");
            Assert.Equal(0, chain.AllocatedBytes(input));
            // A second call finds rings of the first one.
            Assert.Equal(actual.Reals, chain.Run(input)[0].Reals);
            if (chain.Plan.Root.Steps.Any(s => s.Kernel == Rows)) chained++;
        }

        Assert.True(chained >= 12, $"{chained} of {pairs.Count} are chains");
    }

    [Fact]
    public void Hashed_chains_agree_with_the_reference()
    {
        using var batch = new ModelBatch();
        CompiledModel[] models = [.. Enumerable.Range(100, 8).Select(seed => batch.Add($"chain {seed}", new RandomChain(seed).Model(samples: 1).ToSource(), Options with { Hashing = Hashing.Adaptive }))];
        batch.Build();
        foreach (CompiledModel model in models)
        {
            ReferenceTensor input = RandomTensor.Of(ElementType.Float32, 5, model.Inputs[0].Shape!.ToArray());
            var values = new Dictionary<string, ReferenceTensor>(StringComparer.Ordinal) { [model.Plan.Graph.Inputs[0].Name] = input };
            Assert.Null(TensorAssert.Difference(ReferenceInterpreter.Run(model.Plan.Graph, values)[0], model.Run(input)[0], 1e-4, 1e-5));
        }
    }

    /// <summary>Two residual blocks on a map that is far too large: three rows of each value, one of what is added where it is written.</summary>
    [Fact]
    public void Memory_of_residual_blocks_is_that_of_their_rows()
    {
        const int Channels = 8, Side = 32;
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, Channels, Side, Side).Output("y", ElementType.Float32);
        string last = "x";
        for (int i = 0; i < 4; i++)
        {
            model.Initializer($"w{i}", RandomTensor.Of(ElementType.Float32, i, Channels, Channels, 3, 3).ToTensor())
                .Node("Conv", $"{last},w{i}", $"c{i}", n => n.Ints("pads", 1, 1, 1, 1));
            if (i % 2 == 1) model.Node("Add", $"c{i},{(i == 1 ? "x" : "r1")}", $"s{i}");
            model.Node("Relu", i % 2 == 1 ? $"s{i}" : $"c{i}", $"r{i}");
            last = $"r{i}";
        }

        model.Node("GlobalAveragePool", last, "y");
        using CompiledModel compiled = CompiledModel.Compile(model.ToSource(), Options);
        Assert.Single(compiled.Plan.Root.Steps);
        Assert.InRange(compiled.Plan.ArenaBytes, 1, 16 * Channels * (Side + 1) * sizeof(float));
        ReferenceTensor input = RandomTensor.Of(ElementType.Float32, 2, 1, Channels, Side, Side);
        compiled.AssertAgrees(1e-4, 1e-5, input);
    }

    [Theory]
    [InlineData(OptimiseGoal.Balanced)]
    [InlineData(OptimiseGoal.Speed)]
    [InlineData(OptimiseGoal.Size)]
    public void Layers_of_a_map_that_is_kept_take_its_place(OptimiseGoal goal)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 4, 16, 16).Output("y", ElementType.Float32)
            .Initializer("w", RandomTensor.Of(ElementType.Float32, 1, 4, 4, 3, 3).ToTensor())
            .Node("Conv", "x,w", "a", n => n.Ints("pads", 1, 1, 1, 1)).Node("Relu", "a", "b")
            .Node("Conv", "b,w", "c", n => n.Ints("pads", 1, 1, 1, 1)).Node("Relu", "c", "d")
            .Node("Flatten", "d", "f").Initializer("m", RandomTensor.Of(ElementType.Float32, 2, 1024, 2).ToTensor()).Node("MatMul", "f,m", "y");
        using CompiledModel compiled = CompiledModel.Compile(model.ToSource(), Options with { Goal = goal });
        Assert.Contains(compiled.Plan.Root.Steps, s => s.Kernel == Rows);
        // The map that the product reads, and three rows each of the image and of the first layer's output.
        Assert.InRange(compiled.Plan.ArenaBytes, 1024 * sizeof(float), (1024 + (2 * 3 * 4 * 17) + 2) * sizeof(float));
        compiled.AssertAgrees(1e-4, 1e-5, RandomTensor.Of(ElementType.Float32, 3, 1, 4, 16, 16));
    }

    /// <summary>Integers leave no tolerance: rings, borders of zero points and totals give what the interpreter says.</summary>
    [Fact]
    public void Random_chains_of_integers_are_exact()
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs)>();
        for (int seed = 0; seed < 40; seed++)
        {
            var model = new QuantisedModel(new Random(seed));
            new QuantisedChain(model).Write();
            cases.Add((batch.Add($"chain of integers, seed {seed}", model.Writer, Options with { Goal = seed % 4 == 3 ? OptimiseGoal.Balanced : OptimiseGoal.Size }), model.Inputs));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases)
        {
            model.AssertAgrees(0, 0, inputs);
            Assert.Equal(0, model.AllocatedBytes(inputs));
            // A second call finds rings of the first one.
            model.AssertAgrees(0, 0, inputs);
        }

        int chained = cases.Count(c => c.Model.Plan.Root.Steps.Any(s => s.Kernel == Rows && s.WorkspaceType == ElementType.UInt8));
        Assert.True(chained >= 28, $"{chained} of {cases.Count} are chains");
    }

    /// <summary>A residual block of integers on a large map keeps three rows of each value, a byte an element, one of the sum in floats, and what its windows cover.</summary>
    [Fact]
    public void Memory_of_a_block_of_integers_is_that_of_its_rows()
    {
        const int Channels = 8, Side = 32, Taps = Channels * 9;
        OnnxModelWriter model = new OnnxModelWriter().Initializer("s", [0.05f]).Initializer("t", [0.01f]).Input("x", ElementType.Int8, 1, Channels, Side, Side).Output("y", ElementType.Int8);
        string last = "x";
        for (int i = 0; i < 2; i++)
        {
            var weights = new ReferenceTensor(ElementType.Int8, [Channels, Channels, 3, 3]);
            for (int k = 0; k < weights.Count; k++) weights.Integers![k] = (k * 37 % 191) - 95;
            model.Initializer($"w{i}", weights.ToTensor()).Node("DequantizeLinear", $"{last},s", $"d{i}").Node("DequantizeLinear", $"w{i},t", $"e{i}")
                .Node("Conv", $"d{i},e{i}", $"c{i}", n => n.Ints("pads", 1, 1, 1, 1)).Node("Relu", $"c{i}", $"r{i}").Node("QuantizeLinear", $"r{i},s", $"q{i}");
            last = $"q{i}";
        }

        model.Node("DequantizeLinear", "x,s", "a").Node("DequantizeLinear", "q1,s", "b").Node("Add", "a,b", "sum").Node("GlobalAveragePool", "sum", "mean").Node("QuantizeLinear", "mean,s", "y");
        using CompiledModel compiled = CompiledModel.Compile(model.ToSource(), Options);
        Assert.Equal("Micro.Rows", compiled.Plan.Root.Steps[0].Kernel);
        Assert.InRange(compiled.Plan.ArenaBytes, 1, (12 * Channels * (Side + 1)) + (sizeof(float) * Channels * (Side + 2)) + (sizeof(int) * (Taps + 10)) + 64);
        ReferenceTensor input = new(ElementType.Int8, [1, Channels, Side, Side]);
        for (int k = 0; k < input.Count; k++) input.Integers![k] = (k * 53 % 251) - 125;
        compiled.AssertAgrees(0, 0, input);
    }

    /// <summary>A network of convolutions, depthwise ones, sums and pools, of sizes that fit nothing.</summary>
    private sealed class RandomChain(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly OnnxModelWriter _model = new();
        private int _channels;
        private int _height;
        private int _width;
        private int _nodes;

        public OnnxModelWriter Model(int samples)
        {
            (_channels, _height, _width) = (_random.Next(1, 5), _random.Next(14, 30), _random.Next(5, 27));
            _model.Input("x", ElementType.Float32, samples, _channels, _height, _width).Output("y", ElementType.Float32);
            string last = Convolution("x", Math.Max(2, _channels * 2), seed % 3 == 0 ? 2 : 1);
            for (int layers = _random.Next(2, 6); layers > 0 && _height > 6 && _width > 4; layers--)
            {
                last = _random.Next(6) switch
                {
                    0 => Depthwise(last),
                    1 => Pool(last),
                    2 => Convolution(last, _random.Next(1, 9), _random.Next(1, 3)),
                    3 => Widening(last),
                    _ => Residual(last),
                };
            }

            _model.Node(seed % 5 == 0 ? "Identity" : seed % 2 == 0 ? "GlobalAveragePool" : "GlobalMaxPool", last, "y");
            return _model;
        }

        private string Convolution(string x, int outputs, int stride, string? added = null, int kernel = 0, bool isSame = false)
        {
            int height = kernel > 0 ? kernel : _random.Next(1, 5), width = kernel > 0 ? kernel : _random.Next(1, 5), dilation = !isSame && _random.Next(4) == 0 ? 2 : 1;
            int groups = outputs % 2 == 0 && _channels % 2 == 0 && _random.Next(4) == 0 ? 2 : 1;
            int[] pads = isSame ? [(height - 1) / 2, (width - 1) / 2, height / 2, width / 2] : [_random.Next(0, height), _random.Next(0, width), _random.Next(0, height), _random.Next(0, width)];
            return Conv(x, outputs, groups, [height, width], stride, dilation, pads, added);
        }

        private string Conv(string x, int outputs, int groups, int[] kernel, int stride, int dilation, int[] pads, string? added)
        {
            string name = "v" + ++_nodes;
            // Weights that keep the size of values, so that the last of many layers can be compared with the reference's.
            var weights = RandomTensor.Of(ElementType.Float32, seed + _nodes, outputs, _channels / groups, kernel[0], kernel[1]);
            double scale = 1 / Math.Sqrt((double)_channels / groups * kernel[0] * kernel[1]);
            _model.Initializer("w" + name, new ReferenceTensor(ElementType.Float32, weights.Lengths, [.. weights.Reals!.Select(w => (double)(float)(w * scale))]).ToTensor());
            if (_random.Next(4) > 0) _model.Initializer("b" + name, RandomTensor.Of(ElementType.Float32, seed + _nodes, outputs).ToTensor()).Node("Conv", $"{x},w{name},b{name}", "c" + name, Geometry);
            else _model.Node("Conv", $"{x},w{name}", "c" + name, Geometry);
            (_channels, _height, _width) = (outputs, Out(_height, 0), Out(_width, 1));
            if (added is not null) _model.Node("Add", $"c{name},{added}", "s" + name);
            _model.Node(_random.Next(3) == 0 ? "Tanh" : "Relu", (added is null ? "c" : "s") + name, name);
            return name;

            void Geometry(OnnxNodeWriter n) => n.Ints("pads", [.. pads.Select(p => (long)p)]).Ints("strides", stride, stride).Ints("dilations", dilation, dilation).Int("group", groups);
            int Out(int length, int axis) => ((length + pads[axis] + pads[axis + 2] - ((kernel[axis] - 1) * dilation) - 1) / stride) + 1;
        }

        private string Depthwise(string x)
        {
            if (_channels < 2) return Convolution(x, 4, 1);
            int kernel = _random.Next(2, 4), stride = _random.Next(1, 3);
            return Conv(x, _channels, _channels, [kernel, kernel], stride, 1, [_random.Next(0, kernel), kernel - 1, _random.Next(0, kernel), _random.Next(0, kernel)], null);
        }

        private string Residual(string x)
        {
            string first = Convolution(x, _channels, 1, null, _random.Next(1, 4), isSame: true);
            return Convolution(first, _channels, 1, x, _random.Next(1, 4), isSame: true);
        }

        /// <summary>A block whose way around is a convolution of stride 2.</summary>
        private string Widening(string x)
        {
            (int channels, int height, int width) = (_channels, _height, _width);
            string first = Conv(x, channels + 2, 1, [3, 3], 2, 1, [1, 1, 1, 1], null);
            (int outHeight, int outWidth) = (_height, _width);
            (_channels, _height, _width) = (channels, height, width);
            string around = Conv(x, channels + 2, 1, [1, 1], 2, 1, [0, 0, 0, 0], null);
            Assert.Equal((outHeight, outWidth), (_height, _width));
            return Convolution(first, _channels, 1, around, 3, isSame: true);
        }

        private string Pool(string x)
        {
            string name = "v" + ++_nodes;
            int kernel = _random.Next(2, 4), stride = _random.Next(1, 3), pad = _random.Next(0, 2);
            bool isAverage = _random.Next(2) == 0;
            _model.Node(isAverage ? "AveragePool" : "MaxPool", x, name, n => n.Ints("kernel_shape", kernel, kernel).Ints("strides", stride, stride).Ints("pads", pad, pad, pad, pad));
            (_height, _width) = (((_height + (2 * pad) - kernel) / stride) + 1, ((_width + (2 * pad) - kernel) / stride) + 1);
            return name;
        }
    }
}
