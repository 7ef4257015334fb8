using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Training;

/// <summary>
/// A step of an optimizer: Momentum, Adagrad and Adam. After the rate and the step's number come any number of tensors, then their gradients, then what
/// the optimizer keeps of each; the new tensors and what is kept come out in the same order.
/// </summary>
internal abstract class Optimizer : Operator
{
    /// <summary>The domain of the operators.</summary>
    public const string TrainingDomain = "ai.onnx.preview.training";

    /// <summary>Makes the operator.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kept">How many tensors are kept for each that is trained.</param>
    /// <param name="attributes">Its attributes.</param>
    protected Optimizer(string name, int kept, ImmutableArray<AttributeSpec> attributes)
    {
        Kept = kept;
        Schema = new OperatorSchema
        {
            Name = name,
            Domain = TrainingDomain,
            Versions = [1],
            Inputs = [new("R", TypeSet.Float), new("T", TypeSet.Int64), new("inputs", TypeSet.Float, Arity.Variadic)],
            Outputs = [new("outputs", TypeSet.Float, Arity.Variadic)],
            Attributes = attributes,
        };
    }

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; }

    /// <summary>How many tensors are kept for each that is trained.</summary>
    public int Kept { get; }

    /// <summary>How many tensors a node trains.</summary>
    public int Count(Node node) => (node.Inputs.Length - 2) / (2 + Kept);

    /// <summary>The step's factor, from the rate and the number of the step.</summary>
    public abstract double Factor(Node node, double rate, long step);

    /// <summary>The new element and what is kept, from the element, its gradient and what was kept.</summary>
    public abstract (double Element, double[] Kept) Next(Node node, double factor, long step, double element, double gradient, double[] kept);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int count = Count(context.Node);
        if (count == 0 || (context.InputCount - 2) % (2 + Kept) != 0 || Enumerable.Range(0, context.InputCount).Any(i => !context.HasInput(i)))
            throw context.Invalid("after rate and step it needs as many gradients, and tensors that are kept, as tensors that are trained");
        for (int i = 0; i < 2; i++)
            if (context.Shape(i) is { IsStatic: true, ElementCount: not 1 }) throw context.Fail("rate and step must be one number each");
        for (int i = 2 + count; i < context.InputCount; i++)
        {
            int trained = 2 + ((i - 2) % count);
            if (context.Type(i) != context.Type(trained) || !context.Lengths(i).SequenceEqual(context.Lengths(trained)))
                throw context.Fail("input " + i.ToString(CultureInfo.InvariantCulture) + " differs from the tensor that it belongs to");
        }

        for (int output = 0; output < count * (1 + Kept); output++)
            context.SetOutput(output, context.Type(2 + (output % count)), context.Lengths(2 + (output % count)));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        int count = Count(context.Node);
        long step = context.Input(1).Integers![0];
        double factor = Factor(context.Node, context.Input(0).Reals![0], step);
        for (int tensor = 0; tensor < count; tensor++)
        {
            ReferenceTensor x = context.Input(2 + tensor);
            ReferenceTensor[] results = [.. Enumerable.Range(0, 1 + Kept).Select(_ => new ReferenceTensor(x.ElementType, x.Lengths))];
            for (int i = 0; i < x.Count; i++)
            {
                double[] kept = [.. Enumerable.Range(0, Kept).Select(k => context.Input(2 + ((2 + k) * count) + tensor).Reals![i])];
                (results[0].Reals![i], double[] next) = Next(context.Node, factor, step, x.Reals![i], context.Input(2 + count + tensor).Reals![i], kept);
                for (int k = 0; k < Kept; k++) results[1 + k].Reals![i] = next[k];
            }

            for (int k = 0; k <= Kept; k++) context.SetOutput((k * count) + tensor, results[k]);
        }
    }
}
