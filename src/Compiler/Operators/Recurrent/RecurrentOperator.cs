using System;
using System.Collections.Immutable;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Recurrent;

/// <summary>What LSTM, GRU and RNN have in common: their inputs, their shapes, and the walk over steps, sequences and directions.</summary>
internal abstract class RecurrentOperator : Operator
{
    /// <summary>The attributes that all have.</summary>
    protected static ImmutableArray<AttributeSpec> CommonAttributes { get; } =
    [
        new("activation_alpha", AttributeKind.Floats), new("activation_beta", AttributeKind.Floats), new("activations", AttributeKind.Strings),
        new("clip", AttributeKind.Float), new("direction", AttributeKind.String), new("hidden_size", AttributeKind.Int),
        new("layout", AttributeKind.Int, Since: 14), new("output_sequence", AttributeKind.Int, Until: 6),
    ];

    /// <summary>The inputs that all have.</summary>
    protected static ImmutableArray<Parameter> CommonInputs { get; } =
    [
        new("X", TypeSet.Float), new("W", TypeSet.Float), new("R", TypeSet.Float), new("B", TypeSet.Float, Arity.Optional),
        new("sequence_lens", TypeSet.Index, Arity.Optional), new("initial_h", TypeSet.Float, Arity.Optional),
    ];

    /// <summary>The outputs that all have.</summary>
    protected static ImmutableArray<Parameter> CommonOutputs { get; } = [new("Y", TypeSet.Float, Arity.Optional), new("Y_h", TypeSet.Float, Arity.Optional)];

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>A layer over a constant sequence is computed at run time: a few bytes of file can ask for much work.</summary>
    public override bool KeepsConstants => true;

    /// <summary>Reads sizes and parameters.</summary>
    public abstract RecurrentLayer Read(InferenceContext context);

    /// <summary>Computes one step: brings the states of <paramref name="cell"/> to those after it.</summary>
    public abstract void Step(RecurrentCell cell, Node node);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 3);
        for (int i = 5; i < 8; i++)
            if (context.HasInput(i) && context.Type(i) != context.Type(0)) throw context.WrongType("X and input '" + Schema.Inputs[i].Name + "' must have one element type");
        RecurrentLayer layer = Read(context);
        context.SetComputedOutput(0, context.Type(0), Array.ConvertAll(layer.OutputShape, d => (long)d));
        for (int i = 1; i < Schema.Outputs.Length; i++) context.SetComputedOutput(i, context.Type(0), Array.ConvertAll(layer.StateShape, d => (long)d));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        RecurrentLayer layer = Read(context.Parameters);
        ElementType type = context.Input(0).ElementType;
        var y = new ReferenceTensor(type, layer.OutputShape);
        var lastHidden = new ReferenceTensor(type, layer.StateShape);
        var lastCell = new ReferenceTensor(type, layer.StateShape);
        foreach (RecurrentDirection direction in layer.Directions)
        {
            for (int n = 0; n < layer.Batch; n++)
            {
                int state = layer.StateStart(direction.Index) + (n * layer.StateBatchStride);
                double[] hidden = Slice(context.OptionalInput(5), state, layer.Hidden);
                double[] cell = Slice(context.OptionalInput(6), state, layer.Hidden);
                Walk(context, layer, direction, n, hidden, cell, y);
                hidden.CopyTo(lastHidden.Reals!, state);
                cell.CopyTo(lastCell.Reals!, state);
            }
        }

        context.SetOutput(0, y);
        context.SetOutput(1, lastHidden);
        context.SetOutput(2, lastCell);
    }

    /// <summary>One sequence in one direction; what lies behind its end stays zero in Y.</summary>
    private void Walk(EvaluationContext context, RecurrentLayer layer, RecurrentDirection direction, int n, double[] hidden, double[] cell, ReferenceTensor y)
    {
        int length = context.OptionalInput(4) is { } lengths ? (int)lengths.Integers![n] : layer.Steps;
        for (int step = 0; step < length; step++)
        {
            int t = direction.IsReverse ? length - 1 - step : step;
            double[] input = Slice(context.Input(0), (t * layer.InputStepStride) + (n * layer.InputBatchStride), layer.Inputs);
            Step(new ReferenceRecurrentCell(layer, direction, context, input, hidden, cell), context.Node);
            hidden.CopyTo(y.Reals!, (t * layer.OutputStepStride) + layer.StateStart(direction.Index) + (n * layer.OutputBatchStride));
        }
    }

    /// <summary>A part of a tensor; zeros where the tensor is left out.</summary>
    private static double[] Slice(ReferenceTensor? tensor, int start, int length)
    {
        var part = new double[length];
        if (tensor is not null) Array.Copy(tensor.Reals!, start, part, 0, length);
        return part;
    }
}
