using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Recurrent;

/// <summary>One direction in which a recurrent layer walks its sequences.</summary>
/// <param name="Index">Its place on the axis of directions.</param>
/// <param name="IsReverse">Whether the last step comes first.</param>
/// <param name="Activations">Its activation functions, in the order of the specification (f, g, h).</param>
internal sealed record RecurrentDirection(int Index, bool IsReverse, ImmutableArray<RecurrentActivation> Activations);

/// <summary>Sizes and parameters of an LSTM, GRU or RNN.</summary>
/// <param name="Gates">Gates of a unit: blocks of rows in W and R.</param>
/// <param name="Steps">Steps of a sequence.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="Inputs">Elements of one step's input.</param>
/// <param name="Hidden">Units.</param>
/// <param name="IsBatchFirst">Whether the sequences are the outermost axis (layout 1).</param>
/// <param name="Clip">The bound of what activations take; infinite for none.</param>
/// <param name="Directions">The directions.</param>
internal sealed record RecurrentLayer(
    int Gates, int Steps, int Batch, int Inputs, int Hidden, bool IsBatchFirst, float Clip, ImmutableArray<RecurrentDirection> Directions)
{
    /// <summary>States of all units after all steps: more would be more elements than a tensor may have.</summary>
    private const long MostElements = int.MaxValue / 8;

    /// <summary>Rows of W and R in one direction.</summary>
    public int GateRows => Gates * Hidden;

    /// <summary>The shape of Y.</summary>
    public int[] OutputShape => IsBatchFirst ? [Batch, Steps, Directions.Length, Hidden] : [Steps, Directions.Length, Batch, Hidden];

    /// <summary>The shape of Y_h, Y_c and the initial states.</summary>
    public int[] StateShape => IsBatchFirst ? [Batch, Directions.Length, Hidden] : [Directions.Length, Batch, Hidden];

    /// <summary>Elements from one step of X to the next.</summary>
    public int InputStepStride => IsBatchFirst ? Inputs : Batch * Inputs;

    /// <summary>Elements from one sequence of X to the next.</summary>
    public int InputBatchStride => IsBatchFirst ? Steps * Inputs : Inputs;

    /// <summary>Elements from one step of Y to the next.</summary>
    public int OutputStepStride => IsBatchFirst ? Directions.Length * Hidden : Directions.Length * Batch * Hidden;

    /// <summary>Elements from one sequence of Y to the next.</summary>
    public int OutputBatchStride => IsBatchFirst ? Steps * Directions.Length * Hidden : Hidden;

    /// <summary>Elements from one sequence of a state to the next.</summary>
    public int StateBatchStride => IsBatchFirst ? Directions.Length * Hidden : Hidden;

    /// <summary>Where a direction's part of a state begins; of Y too.</summary>
    public int StateStart(int direction) => direction * (IsBatchFirst ? Hidden : Batch * Hidden);

    /// <summary>Reads the layer of a node, whose shapes are checked on the way.</summary>
    /// <param name="context">The node.</param>
    /// <param name="gates">Gates of a unit.</param>
    /// <param name="defaults">The activation functions where none are named.</param>
    public static RecurrentLayer Read(InferenceContext context, int gates, params string[] defaults)
    {
        int[] x = Rank(context, 0, 3);
        int[] r = Rank(context, 2, 3);
        bool batchFirst = context.Attributes.Int("layout", 0) switch
        {
            0 => false,
            1 => true,
            _ => throw context.Unsupported("layout", "it must be 0 or 1"),
        };
        float clip = context.Attributes.Float("clip", float.PositiveInfinity);
        if (!(clip >= 0)) throw context.Unsupported("clip", "it must not be negative");
        ImmutableArray<RecurrentDirection> directions = ReadDirections(context, defaults);
        var layer = new RecurrentLayer(gates, x[batchFirst ? 1 : 0], x[batchFirst ? 0 : 1], x[2], r[2], batchFirst, clip, directions);
        // Y, whether it is asked for or not; without units there are still the steps.
        long elements = (long)layer.Steps * layer.Batch;
        if (elements > MostElements || elements * directions.Length * Math.Max(1, layer.Hidden) > MostElements)
            throw context.TooLarge("it has " + Text(layer.Steps) + " steps of " + Text(layer.Batch) + " sequences, " + Text(directions.Length) + " × " + Text(layer.Hidden) + " units; the limit is " + Text(MostElements) + " states");
        if (context.Attributes.Has("hidden_size") && context.Attributes.Int("hidden_size", 0) != layer.Hidden)
            throw context.Fail("hidden_size is " + Text(context.Attributes.Int("hidden_size", 0)) + ", R has " + Text(layer.Hidden) + " columns");
        Check(context, 1, "W", directions.Length, (long)gates * layer.Hidden, layer.Inputs);
        Check(context, 2, "R", directions.Length, (long)gates * layer.Hidden, layer.Hidden);
        Check(context, 3, "B", directions.Length, 2L * gates * layer.Hidden);
        Check(context, 4, "sequence_lens", layer.Batch);
        Check(context, 5, "initial_h", [.. layer.StateShape.Select(d => (long)d)]);
        CheckSequenceLengths(context, layer.Steps);
        return layer;
    }

    /// <summary>Checks the shape of an input that may be left out.</summary>
    public static void Check(InferenceContext context, int index, string name, params long[] expected)
    {
        if (!context.HasInput(index)) return;
        int[] actual = context.Lengths(index);
        if (!actual.Select(d => (long)d).SequenceEqual(expected))
            throw context.Fail("input '" + name + "' must have shape [" + string.Join(", ", expected.Select(Text)) + "]");
    }

    private static int[] Rank(InferenceContext context, int index, int rank)
    {
        int[] lengths = context.Lengths(index);
        return lengths.Length == rank ? lengths : throw context.Fail("input " + Text(index) + " must have rank " + Text(rank));
    }

    private static void CheckSequenceLengths(InferenceContext context, int steps)
    {
        if (!context.HasInput(4)) return;
        if (context.Type(4) != ElementType.Int32) throw context.WrongType("sequence_lens must be int32");
        if (context.Constant(4) is not { } constant) return;
        foreach (int length in constant.AsSpan<int>())
            if (length < 0 || length > steps) throw context.Fail("sequence_lens holds " + Text(length) + ", a sequence has " + Text(steps) + " steps");
    }

    private static ImmutableArray<RecurrentDirection> ReadDirections(InferenceContext context, string[] defaults)
    {
        // The default of opset 1 is spelt so.
        string direction = context.Attributes.String("direction", "forward");
        bool[] reverse = direction switch
        {
            "forward" or "foward" => [false],
            "reverse" => [true],
            "bidirectional" => [false, true],
            _ => throw context.Unsupported("direction", "it must be forward, reverse or bidirectional, not '" + direction + "'"),
        };
        IEnumerable<string> all = Enumerable.Repeat(defaults, reverse.Length).SelectMany(d => d);
        string[] names = context.Attributes.Find("activations") is StringsAttribute { Values.IsEmpty: false } given ? [.. given.Values] : [.. all];
        int needed = defaults.Length * reverse.Length;
        // The specification's default of RNN names two functions for every direction.
        bool isSpare = defaults.Length == 1 && names.Length == 2;
        if (names.Length != needed && !isSpare)
            throw context.Unsupported("activations", "it names " + Text(names.Length) + " functions, the layer has " + Text(needed));
        List<RecurrentActivation> activations = RecurrentActivation.Read(
            names, context.Attributes.Floats("activation_alpha") ?? [], context.Attributes.Floats("activation_beta") ?? [], out string? unknown);
        if (unknown is not null) throw context.Unsupported("activations", "'" + unknown + "' is no activation function of the specification");
        return [.. reverse.Select((isReverse, i) => new RecurrentDirection(i, isReverse, [.. activations.Skip(i * defaults.Length).Take(defaults.Length)]))];
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
