using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Plan;

/// <summary>Slices that stay where they are, and parts of a Concat that are written where they belong.</summary>
public sealed class SparedCopiesTests
{
    private static readonly CompilerOptions AsWritten = new() { Optimise = false };

    [Fact]
    public void Random_networks_of_parts_compute_what_the_operators_mean()
    {
        using var batch = new ModelBatch();
        List<(CompiledModel Model, ReferenceTensor[] Inputs)> models = [.. Enumerable.Range(0, 60).Select(seed =>
        {
            var network = new RandomParts(seed);
            return (batch.Add("parts " + seed, network.Writer, AsWritten), network.Inputs);
        })];
        batch.Build();
        int spared = 0;
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in models)
        {
            model.AssertAgrees(1e-6, 1e-6, inputs);
            Assert.Equal(0, model.AllocatedBytes(inputs));
            AssertApart(model.Plan);
            spared += model.Plan.Root.Steps.Count(s => s.Kernel == "Placed");
        }

        Assert.InRange(spared, 60, int.MaxValue);
    }

    [Fact]
    public void Parts_of_a_Concat_are_written_into_the_output()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 2, 16)
            .Node("Relu", "x", "a").Node("Neg", "x", "b").Node("Concat", "a, b", "y", n => n.Int("axis", 0)).Output("y", ElementType.Float32, 4, 16);
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        Assert.Equal(0, model.Plan.ArenaBytes);
        Assert.Contains("= y.Slice(32, 32);", model.Code, StringComparison.Ordinal);
        model.AssertAgrees(0, 0, RandomTensor.Of(ElementType.Float32, 1, 2, 16));
    }

    [Fact]
    public void A_slice_of_an_input_is_read_where_it_is()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 4, 16)
            .Node("Split", "x", "a, b", n => n.Int("axis", 0)).Node("Mul", "a, b", "y").Output("y", ElementType.Float32, 2, 16);
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        Assert.Equal(0, model.Plan.ArenaBytes);
        Assert.Equal("Placed", model.Plan.Root.Steps[0].Kernel);
        model.AssertAgrees(0, 0, RandomTensor.Of(ElementType.Float32, 1, 4, 16));
    }

    [Fact]
    public void A_small_part_that_would_keep_a_large_buffer_is_copied()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 64, 64)
            .Initializer("from", [0L], 1).Initializer("to", [8L], 1).Initializer("back", [64L], 1)
            .Node("Relu", "x", "h").Node("Slice", "h, from, to", "s").Node("Neg", "h", "n").Node("Transpose", "n", "t").Node("Transpose", "t", "u")
            .Node("Slice", "u, from, to", "v").Node("Mul", "s, v", "y").Output("y", ElementType.Float32, 8, 64);
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        Assert.InRange(model.Plan.ArenaBytes, 0, ((2 * 64) + 16) * 64 * 4);
        model.AssertAgrees(0, 0, RandomTensor.Of(ElementType.Float32, 1, 64, 64));
    }

    /// <summary>Buffers of the arena that share bytes either lie inside one another or are alive at different steps, or a step writes over what it reads last.</summary>
    private static void AssertApart(ExecutionPlan plan)
    {
        Step[] steps = [.. plan.Root.Steps.Where(s => !s.IsView)];
        var lives = new Dictionary<string, (RedGen.Compiler.Plan.Buffer Buffer, int First, int Last)>(StringComparer.Ordinal);
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (string value in steps[i].Inputs.Concat(steps[i].Outputs))
            {
                RedGen.Compiler.Plan.Buffer buffer = plan.Buffers[value];
                if (buffer.Storage != Storage.Arena) continue;
                lives[value] = (buffer, lives.TryGetValue(value, out (RedGen.Compiler.Plan.Buffer Buffer, int First, int Last) known) ? known.First : i, i);
            }
        }

        foreach ((string a, (RedGen.Compiler.Plan.Buffer buffer, int first, int last)) in lives)
        {
            // Whatever is written while the value waits for its last reader leaves its bytes alone.
            for (int i = first + 1; i <= last; i++)
            {
                foreach (RedGen.Compiler.Plan.Buffer written in steps[i].Outputs.Where(o => o != a).Select(o => plan.Buffers[o]))
                {
                    bool apart = written.Storage != Storage.Arena || written.Offset >= buffer.Offset + buffer.Bytes || buffer.Offset >= written.Offset + written.Bytes;
                    // A Concat writes its other parts around those that lie in its result, and these write what is read as the result later.
                    bool inside = buffer.Offset >= written.Offset && buffer.Offset + buffer.Bytes <= written.Offset + written.Bytes && steps[i].Nodes[0].Operator.Name == "Concat";
                    bool fills = inside || (written.Offset >= buffer.Offset && written.Offset + written.Bytes <= buffer.Offset + buffer.Bytes && plan.Root.Steps.Any(s => s.IsView && s.Outputs.Contains(a)));
                    bool inPlace = i == last && written.Offset == buffer.Offset && written.Length == buffer.Length && !steps[i].InPlaceInputs.IsEmpty;
                    Assert.True(apart || inPlace || fills, $"{a} is overwritten by step {i}, {steps[i].Summary}");
                }
            }
        }
    }

    /// <summary>A network that takes rows apart and together, with layers between.</summary>
    private sealed class RandomParts
    {
        private readonly Random _random;
        private readonly int _columns;
        private readonly List<(string Name, int Rows)> _values = [];
        private int _next;

        public RandomParts(int seed)
        {
            _random = new Random(seed);
            _columns = new[] { 7, 16, 64 }[_random.Next(3)];
            int rows = _random.Next(2, 7);
            Writer.Opset(17).Input("x", ElementType.Float32, rows, _columns);
            Inputs = [RandomTensor.Of(ElementType.Float32, seed, rows, _columns)];
            _values.Add(("x", rows));
            for (int i = 0; i < 14; i++) AddNode();
            foreach ((string name, int count) in _values.Skip(1).Where((_, i) => i == _values.Count - 2 || _random.Next(6) == 0))
                Writer.Output(name, ElementType.Float32, count, _columns);
        }

        public OnnxModelWriter Writer { get; } = new();

        public ReferenceTensor[] Inputs { get; }

        private void AddNode()
        {
            (string x, int rows) = Any();
            switch (_random.Next(7))
            {
                case 0:
                    Writer.Node("Relu", x, New(rows));
                    break;
                case 1:
                    string other = _values.Where(v => v.Rows == rows).OrderBy(_ => _random.Next()).First().Name;
                    Writer.Node("Add", x + ", " + other, New(rows));
                    break;
                case 2 when rows > 1:
                    int from = _random.Next(rows), to = _random.Next(from + 1, rows + 1);
                    Writer.Initializer("from" + _next, [(long)from], 1).Initializer("to" + _next, [(long)to], 1);
                    Writer.Node("Slice", $"{x}, from{_next}, to{_next}", New(to - from));
                    break;
                case 3 when rows > 1:
                    int first = _random.Next(1, rows);
                    Writer.Initializer("parts" + _next, [(long)first, rows - first], 2);
                    string parts = "parts" + _next;
                    Writer.Node("Split", x + ", " + parts, New(first) + ", " + New(rows - first), n => n.Int("axis", 0));
                    break;
                case 4:
                    Writer.Node("Softmax", x, New(rows), n => n.Int("axis", -1));
                    break;
                default:
                    List<(string Name, int Rows)> joined = [(x, rows), .. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Any())];
                    if (joined.Sum(j => j.Rows) > 40) goto case 0;
                    Writer.Node("Concat", string.Join(", ", joined.Select(j => j.Name)), New(joined.Sum(j => j.Rows)), n => n.Int("axis", 0));
                    break;
            }
        }

        private (string Name, int Rows) Any() => _values[_random.Next(Math.Max(0, _values.Count - 6), _values.Count)];

        private string New(int rows)
        {
            string name = "v" + _next++;
            _values.Add((name, rows));
            return name;
        }
    }
}
