using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.ControlFlow;

/// <summary>
/// Models of nested branches and loops over tensors of one shape: captures from any level, names that hide outer ones, values handed
/// on unchanged, twice, or not at all, loops that end at once or by their condition.
/// </summary>
/// <param name="seed">The model.</param>
/// <param name="isOpen">Whether loops collect values although run time decides how often they run.</param>
internal sealed class RandomControlFlow(int seed, bool isOpen = false)
{
    private const int DeepestNest = 3;
    private static readonly int[] Lengths = [2, 3];
    private static readonly string[] Unary = ["Tanh", "Sigmoid", "Relu", "Neg", "Abs"];
    private static readonly string[] Binary = ["Add", "Sub", "Mul", "Max"];

    private readonly Random _random = new(seed);
    private readonly ElementType _type = seed % 4 == 3 ? ElementType.Float64 : ElementType.Float32;
    private int _graphs;

    /// <summary>The model.</summary>
    public OnnxModelWriter Write()
    {
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("x", _type, 2, 3).Input("z", _type, 2, 3).Input("m", ElementType.Int64)
            .Initializer("w", Constant(), OnnxEncoding.Raw).Initializer("axes", [0L, 1L], 2).Initializer("first", [0L], 1).Initializer("true", Bool(true)).Initializer("false", Bool(false))
            .Initializer("limit", [3L]).Initializer("one", [1L]);
        var scope = new Scope(model.Node, model.Initializer, "g", ["x", "z", "w"], 0);
        for (int i = _random.Next(1, 4); i > 0; i--) AddNode(scope);
        AddControl(scope);
        string[] outputs = [.. Enumerable.Range(0, 2).Select(_ => Pick(scope.Values.Skip(3))).Distinct()];
        foreach (string output in outputs) model.Output(output);
        return model;
    }

    /// <summary>Inputs of a run; the trip count is small, and may be 0 or less.</summary>
    public ReferenceTensor[] Inputs(int run)
        => [RandomTensor.Of(_type, run + 1, Lengths), RandomTensor.Of(_type, run + 100, Lengths), new ReferenceTensor(ElementType.Int64, [], [run - 1L])];

    private delegate object NodeWriter(string op, string inputs, string outputs, Action<OnnxNodeWriter>? write = null);

    private delegate object ConstantWriter(string name, Tensor value, OnnxEncoding encoding = OnnxEncoding.Raw);

    /// <summary>A graph that is being written: what it sees, and how its own values are named.</summary>
    private sealed record Scope(NodeWriter Node, ConstantWriter Initializer, string Prefix, List<string> Values, int Depth)
    {
        private int _next;

        public string Fresh() => Prefix + (_next++).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A third of the graphs name their values as others do, so that they hide those.</summary>
    private Scope Inner(OnnxGraphWriter graph, Scope outer, IEnumerable<string> inputs)
    {
        bool hides = _random.Next(3) == 0;
        string prefix = hides ? "s" : "g" + (++_graphs).ToString(CultureInfo.InvariantCulture) + "_";
        return new Scope(graph.Node, graph.Initializer, prefix, [.. outer.Values.Where(v => v[0] != 's'), .. inputs], outer.Depth + 1);
    }

    private string Pick(IEnumerable<string> values)
    {
        string[] all = [.. values];
        return all[_random.Next(all.Length)];
    }

    private void AddNode(Scope scope)
    {
        string output = scope.Fresh();
        if (_random.Next(2) == 0) scope.Node(Unary[_random.Next(Unary.Length)], Pick(scope.Values), output);
        else
        {
            // Products of products grow; each is brought back.
            string raw = scope.Fresh();
            scope.Node(Binary[_random.Next(Binary.Length)], Pick(scope.Values) + "," + Pick(scope.Values), raw);
            scope.Node("Tanh", raw, output);
        }

        scope.Values.Add(output);
    }

    private void AddControl(Scope scope)
    {
        switch (_random.Next(3))
        {
            case 0: AddIf(scope); break;
            case 1: AddLoop(scope); break;
            default: AddScan(scope); break;
        }
    }

    private void Fill(Scope scope)
    {
        for (int i = _random.Next(0, 4); i > 0; i--) AddNode(scope);
        if (scope.Depth < DeepestNest && _random.Next(2) == 0) AddControl(scope);
        for (int i = _random.Next(0, 2); i > 0; i--) AddNode(scope);
    }

    /// <summary>A condition from the sum of a value.</summary>
    private string Condition(Scope scope)
    {
        if (_random.Next(6) == 0) return _random.Next(2) == 0 ? "true" : "false";
        string sum = scope.Fresh(), bound = scope.Fresh(), condition = scope.Fresh();
        scope.Initializer(bound, Scalar((_random.NextDouble() * 2) - 1.0007));
        scope.Node("ReduceSum", Pick(scope.Values) + ",axes", sum, n => n.Int("keepdims", 0));
        scope.Node("Greater", sum + "," + bound, condition);
        return condition;
    }

    private void AddIf(Scope scope)
    {
        string condition = Condition(scope);
        int count = _random.Next(1, 4);
        string[] outputs = [.. Enumerable.Range(0, count).Select(_ => scope.Fresh())];
        void Branch(OnnxGraphWriter graph)
        {
            Scope inner = Inner(graph, scope, []);
            Fill(inner);
            string? constant = _random.Next(3) == 0 ? inner.Fresh() : null;
            if (constant is not null)
            {
                graph.Initializer(constant, Constant());
                inner.Values.Add(constant);
            }

            for (int i = 0; i < count; i++) graph.Output(Pick(inner.Values));
        }

        scope.Node("If", condition, string.Join(",", outputs), n => n.Graph("then_branch", Branch).Graph("else_branch", Branch));
        scope.Values.AddRange(outputs);
    }

    private void AddLoop(Scope scope)
    {
        int states = _random.Next(0, 4), count = _random.Next(-1, 5), kind = _random.Next(5);
        string trips = kind switch { 0 => "m", 1 => "", _ => scope.Fresh() };
        if (kind > 1) scope.Initializer(trips, Tensor.Of([(long)count]));
        bool isCounted = kind > 1 && _random.Next(2) == 0;
        string condition = isCounted ? _random.Next(2) == 0 ? "" : "true" : Condition(scope);
        int scans = isCounted ? _random.Next(1, 3) : states == 0 ? 1 : 0;
        if (!isCounted && scans > 0) states = 1;
        scans = isCounted ? scans : isOpen ? _random.Next(2) : 0;
        string[] outputs = [.. Enumerable.Range(0, states + scans).Select(_ => scope.Fresh())];
        string[] initial = [.. Enumerable.Range(0, states).Select(_ => Pick(scope.Values))];
        scope.Node("Loop", string.Join(",", [trips, condition, .. initial]), string.Join(",", outputs), n => n.Graph("body", graph =>
        {
            Scope inner = Inner(graph, scope, []);
            string[] inputs = [.. Enumerable.Range(0, states + 2).Select(_ => inner.Fresh())];
            graph.Input(inputs[0], ElementType.Int64).Input(inputs[1], ElementType.Bool);
            foreach (string input in inputs.Skip(2)) graph.Input(input, _type, 2, 3);
            inner.Values.AddRange(inputs.Skip(2));
            Fill(inner);
            string proceed = isCounted ? _random.Next(2) == 0 ? "true" : inputs[1] : Proceed(inner, inputs[0]);
            graph.Output(proceed);
            for (int i = 0; i < states + scans; i++) graph.Output(_random.Next(8) == 0 ? Copy(inner, Pick(inner.Values)) : Pick(inner.Values));
        }));
        scope.Values.AddRange(outputs.Take(states));
        for (int i = states; i < outputs.Length; i++) scope.Values.Add(Collapse(scope, outputs[i]));
    }

    /// <summary>A condition that fails after three runs, or before.</summary>
    private string Proceed(Scope scope, string iteration)
    {
        string early = scope.Fresh(), both = scope.Fresh();
        scope.Node("Less", iteration + ",limit", early);
        if (_random.Next(2) == 0) return early;
        string condition = Condition(scope);
        scope.Node("And", early + "," + condition, both);
        return both;
    }

    private void AddScan(Scope scope)
    {
        int states = _random.Next(0, 3), scanned = _random.Next(1, 3), collected = _random.Next(states == 0 ? 1 : 0, 3), length = _random.Next(1, 4);
        long[] axes = [.. Enumerable.Range(0, scanned).Select(_ => (long)_random.Next(-3, 3))];
        long[] outputAxes = [.. Enumerable.Range(0, collected).Select(_ => (long)_random.Next(-3, 3))];
        string[] whole = [.. axes.Select(axis => Stack(scope, axis, length))];
        string[] outputs = [.. Enumerable.Range(0, states + collected).Select(_ => scope.Fresh())];
        string[] initial = [.. Enumerable.Range(0, states).Select(_ => Pick(scope.Values))];
        scope.Node("Scan", string.Join(",", initial.Concat(whole)), string.Join(",", outputs), n =>
        {
            n.Int("num_scan_inputs", scanned).Ints("scan_input_axes", axes).Ints("scan_input_directions", [.. axes.Select(_ => (long)_random.Next(2))]).Graph("body", graph =>
            {
                Scope inner = Inner(graph, scope, []);
                string[] inputs = [.. Enumerable.Range(0, states + scanned).Select(_ => inner.Fresh())];
                foreach (string input in inputs) graph.Input(input, _type, 2, 3);
                inner.Values.AddRange(inputs);
                Fill(inner);
                for (int i = 0; i < outputs.Length; i++) graph.Output(Pick(inner.Values));
            });
            if (collected > 0) n.Ints("scan_output_axes", outputAxes).Ints("scan_output_directions", [.. outputAxes.Select(_ => (long)_random.Next(2))]);
        });
        scope.Values.AddRange(outputs.Take(states));
        for (int i = states; i < outputs.Length; i++) scope.Values.Add(Collapse(scope, outputs[i], (int)((outputAxes[i - states] + 3) % 3)));
    }

    /// <summary>Values of the scope along a new axis.</summary>
    private string Stack(Scope scope, long axis, int length)
    {
        string at = scope.Fresh(), whole = scope.Fresh();
        scope.Initializer(at, Tensor.Of([axis], 1));
        string[] parts = [.. Enumerable.Range(0, length).Select(_ => scope.Fresh())];
        foreach (string part in parts) scope.Node("Unsqueeze", Pick(scope.Values) + "," + at, part);
        scope.Node("Concat", string.Join(",", parts), whole, n => n.Int("axis", axis));
        return whole;
    }

    /// <summary>A value of the usual shape from a collected one: weighted, so that the order of slices counts.</summary>
    private string Collapse(Scope scope, string collected, int axis = 0)
    {
        string sums = scope.Fresh(), at = scope.Fresh(), sum = scope.Fresh(), output = scope.Fresh();
        scope.Node("CumSum", collected + "," + at, sums);
        scope.Initializer(at, Tensor.Of([(long)axis]));
        scope.Node("ReduceSum", sums + "," + at + "v", sum, n => n.Int("keepdims", 0));
        scope.Initializer(at + "v", Tensor.Of([(long)axis], 1));
        scope.Node("Tanh", sum, output);
        return output;
    }

    private static string Copy(Scope scope, string value)
    {
        string copy = scope.Fresh();
        scope.Node("Identity", value, copy);
        return copy;
    }

    private Tensor Constant() => RandomTensor.Of(_type, _random.Next(), Lengths).ToTensor();

    private Tensor Scalar(double value) => new ReferenceTensor(_type, [], [value]).Rounded().ToTensor();

    private static Tensor Bool(bool value) => new(ElementType.Bool, [], new byte[] { value ? (byte)1 : (byte)0 });
}
