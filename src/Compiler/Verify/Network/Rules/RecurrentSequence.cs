using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>One direction of a recurrent layer, all its sequences side by side: nodes for the gates and states of every step.</summary>
internal sealed class RecurrentSequence
{
    private readonly NetworkBuilder _builder;
    private readonly Node _node;
    private readonly RecurrentLayer _layer;
    private readonly string _name;
    private readonly int[] _all;
    private readonly double[] _input;
    private readonly double[] _state;
    private readonly double[]? _bias;
    private readonly double[]? _peepholes;
    private readonly Dictionary<int, LinearMap> _fromState = [];

    /// <summary>Makes the nodes of the states before the first step.</summary>
    public RecurrentSequence(NetworkBuilder builder, Node node, RecurrentLayer layer, RecurrentDirection direction)
    {
        (_builder, _node, _layer, Direction) = (builder, node, layer, direction);
        _name = node.Outputs.First(static o => o.Length > 0);
        _all = [.. Enumerable.Range(0, layer.Batch * layer.Hidden)];
        _input = builder.Constant(node.Inputs[1]);
        _state = builder.Constant(node.Inputs[2]);
        _bias = node.HasInput(3) ? builder.Constant(node.Inputs[3]) : null;
        _peepholes = node.HasInput(7) ? builder.Constant(node.Inputs[7]) : null;
        States = new int[layer.Steps];
        Hidden = Initial(5);
        Cell = node.Operator.Name == "LSTM" ? Initial(6) : Hidden;
    }

    /// <summary>The direction.</summary>
    public RecurrentDirection Direction { get; }

    /// <summary>The node of the state after each step.</summary>
    public int[] States { get; }

    /// <summary>The node of the state now.</summary>
    public int Hidden { get; private set; }

    /// <summary>The node of an LSTM's cell now.</summary>
    public int Cell { get; private set; }

    /// <summary>Adds all steps.</summary>
    public void Run()
    {
        for (int step = 0; step < _layer.Steps; step++)
        {
            int t = Direction.IsReverse ? _layer.Steps - 1 - step : step;
            switch (_node.Operator.Name)
            {
                case "LSTM":
                    LongShortTerm(t);
                    break;
                case "GRU":
                    Gated(t);
                    break;
                default:
                    Hidden = Activate(0, Sum(t, 0, Hidden));
                    break;
            }

            States[t] = Hidden;
        }
    }

    private void LongShortTerm(int t)
    {
        int input = Activate(0, Sum(t, 0, Hidden, (0, Cell)));
        int forget = _node.Attributes.Int("input_forget", 0) != 0
            ? _builder.AddHidden(new AffineNode(_name, [input], [Of(input).Map(-1)], [.. _all.Select(static _ => 1.0)], new AffineRounding(2)))
            : Activate(0, Sum(t, 2, Hidden, (2, Cell)));
        int candidate = Activate(1, Sum(t, 3, Hidden));
        var cell = new AffineSum(_all.Length);
        foreach ((int gate, int value) in new[] { (forget, Cell), (input, candidate) })
        {
            int product = ProductRule.AddExact(_builder, _name, Of(gate), Of(value));
            cell.Add(product, Of(product).Map());
        }

        int next = _builder.AddHidden(cell.ToNode(_name, new AffineRounding(2)));
        int output = Activate(0, Sum(t, 1, Hidden, (1, next)));
        Cell = next;
        Hidden = ProductRule.AddHidden(_builder, _name, Of(output), Of(Activate(2, next)));
    }

    private void Gated(int t)
    {
        int update = Activate(0, Sum(t, 0, Hidden)), reset = Activate(0, Sum(t, 1, Hidden));
        int candidate = Activate(1, _node.Attributes.Int("linear_before_reset", 0) != 0 ? LinearBeforeReset(t, reset) : Sum(t, 2, ProductRule.AddHidden(_builder, _name, Of(reset), Of(Hidden))));
        // (1 − z)·n + z·h is n + z·(h − n), with one product.
        int difference = _builder.AddHidden(new AffineNode(_name, [Hidden, candidate], [Of(Hidden).Map(), Of(candidate).Map(-1)], new double[_all.Length], AffineRounding.OfNoCode));
        int product = ProductRule.AddExact(_builder, _name, Of(update), Of(difference));
        Hidden = _builder.AddHidden(new AffineNode(_name, [candidate, product], [Of(candidate).Map(), Of(product).Map()], new double[_all.Length], new AffineRounding(6)));
    }

    /// <summary>The reset gate times what the state gives, its bias included, and what the input gives.</summary>
    private int LinearBeforeReset(int t, int reset)
    {
        var state = new AffineSum(_all.Length);
        state.Add(Hidden, FromState(2));
        if (_bias is not null) state.Add([.. _all.Select(i => Bias(_layer.Gates + 2, i % _layer.Hidden))]);
        int sum = _builder.AddHidden(state.ToNode(_name, new AffineRounding(_layer.Hidden + 1)));
        int product = ProductRule.AddExact(_builder, _name, Of(reset), Of(sum));
        var gate = new AffineSum(_all.Length);
        AddInput(gate, t, 2);
        gate.Add(product, Of(product).Map());
        if (_bias is not null) gate.Add([.. _all.Select(i => Bias(2, i % _layer.Hidden))]);
        return _builder.AddHidden(gate.ToNode(_name, new AffineRounding(_layer.Inputs + 3)));
    }

    /// <summary>What a gate takes: input · Wᵀ + state · Rᵀ + both biases, and a peephole's weight times the cell.</summary>
    private int Sum(int t, int gate, int state, (int Gate, int Cell)? peephole = null)
    {
        var sum = new AffineSum(_all.Length);
        AddInput(sum, t, gate);
        sum.Add(state, FromState(gate));
        if (_bias is not null) sum.Add([.. _all.Select(i => Bias(gate, i % _layer.Hidden) + Bias(_layer.Gates + gate, i % _layer.Hidden))]);
        if (peephole is var (part, cell) && _peepholes is not null)
            sum.Add(cell, Of(cell).Map([.. _all.Select(i => _peepholes[(((Direction.Index * 3) + part) * _layer.Hidden) + (i % _layer.Hidden)])]));
        return _builder.AddHidden(sum.ToNode(_name, new AffineRounding(_layer.Inputs + _layer.Hidden + 3)));
    }

    private void AddInput(AffineSum sum, int t, int gate)
    {
        string x = _node.Inputs[0];
        var map = new LinearMapBuilder(_builder.Length(x));
        foreach (int i in _all)
        {
            int start = (t * _layer.InputStepStride) + (i / _layer.Hidden * _layer.InputBatchStride), row = Row(gate, i % _layer.Hidden);
            for (int k = 0; k < _layer.Inputs; k++) map.Add(start + k, _input[(row * _layer.Inputs) + k]);
            map.EndRow();
        }

        sum.Add(_builder.Index(x), map.ToMap());
    }

    private LinearMap FromState(int gate)
    {
        if (_fromState.TryGetValue(gate, out LinearMap? known)) return known;
        var map = new LinearMapBuilder(_all.Length);
        foreach (int i in _all)
        {
            int start = i / _layer.Hidden * _layer.Hidden, row = Row(gate, i % _layer.Hidden);
            for (int k = 0; k < _layer.Hidden; k++) map.Add(start + k, _state[(row * _layer.Hidden) + k]);
            map.EndRow();
        }

        return _fromState[gate] = map.ToMap();
    }

    private int Activate(int function, int node)
    {
        RecurrentActivation activation = Direction.Activations[function];
        Activation value = activation.Name switch
        {
            "Sigmoid" => new SigmoidActivation(false),
            "Tanh" => new SigmoidActivation(true),
            "Relu" => new LeakyReluActivation(0),
            "Softsign" => new SoftsignActivation(),
            "Softplus" => new SoftplusActivation(),
            "Elu" => new EluActivation(activation.Alpha, 1, 1),
            _ => throw new UnverifiableException("has the activation " + activation.Name + ", which has no bounds yet"),
        };
        if (!float.IsInfinity(_layer.Clip)) node = _builder.AddHidden(new ActivationNode(_name, _all.Length, node, new ClipActivation(-_layer.Clip, _layer.Clip)));
        return _builder.AddHidden(new ActivationNode(_name, _all.Length, node, value));
    }

    /// <summary>The node of an initial state: zeros where it is left out.</summary>
    private int Initial(int input)
    {
        int start = _layer.StateStart(Direction.Index);
        int[] places = [.. _all.Select(i => start + (i / _layer.Hidden * _layer.StateBatchStride) + (i % _layer.Hidden))];
        if (!_node.HasInput(input)) return _builder.AddConstant(_name, new double[_all.Length]);
        string value = _node.Inputs[input];
        if (!_builder.IsVariable(value)) return _builder.AddConstant(_name, Array.ConvertAll(places, p => _builder.Constant(value)[p]));
        return _builder.AddHidden(new AffineNode(_name, [_builder.Index(value)], [LinearMapBuilder.Selection(_builder.Length(value), places)], new double[_all.Length], null));
    }

    private Operand Of(int node) => new(node, _all.Length, _all);

    private int Row(int gate, int unit) => (Direction.Index * _layer.GateRows) + (gate * _layer.Hidden) + unit;

    private double Bias(int block, int unit) => _bias![(((Direction.Index * 2 * _layer.Gates) + block) * _layer.Hidden) + unit];
}
