using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>Einsum: sums of products of the operands' elements, whose axes an equation names.</summary>
internal sealed class Einsum : Operator
{
    /// <summary>More products than this no machine computes within a day.</summary>
    private const long MostProducts = 1L << 50;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Einsum",
        Notes = "matrix products, two operands at a time, where the equation is one",
        Versions = [12],
        Inputs = [new("Inputs", TypeSet.Numeric, Arity.Variadic)],
        Outputs = [new("Output", TypeSet.Numeric)],
        Attributes = [new("equation", AttributeKind.String, Required: true)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>Many labels make much work of few elements.</summary>
    public override bool KeepsConstants => true;

    /// <summary>The equation of a node.</summary>
    public static EinsumEquation Equation(InferenceContext context)
    {
        int[] ranks = [.. Enumerable.Range(0, context.InputCount).Select(i => context.Lengths(i).Length)];
        return EinsumEquation.TryParse(context.Attributes.String("equation", ""), ranks, out string problem) ?? throw context.Unsupported("equation", problem);
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        for (int i = 0; i < context.InputCount; i++)
            if (!context.HasInput(i)) throw context.Invalid("an operand is left out");
        context.RequireSameType(0, context.InputCount - 1);
        EinsumEquation equation = Equation(context);
        Dictionary<char, int> lengths = equation.Lengths([.. Enumerable.Range(0, context.InputCount).Select(context.Lengths)])
            ?? throw context.Fail("an axis of the equation '" + context.Attributes.String("equation", "") + "' has different lengths");
        if (Positions.Product(lengths.Values) > MostProducts) throw context.TooLarge("the equation '" + context.Attributes.String("equation", "") + "' asks for too many products");
        context.SetComputedOutput(0, context.Type(0), equation.Output.Select(l => lengths.TryGetValue(l, out int length) ? (long)length : 1));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        EinsumEquation equation = Equation(context.Parameters);
        ReferenceTensor[] operands = [.. Enumerable.Range(0, context.InputCount).Select(context.Input)];
        Dictionary<char, int> lengths = equation.Lengths([.. operands.Select(o => o.Lengths)])!;
        ReferenceTensor y = context.NewOutput(0);
        string labels = equation.Output + equation.Summed;
        int[][] strides = [.. operands.Select((o, i) => labels.Select(l => EinsumEquation.Stride(equation.Operands[i], o.Lengths, l)).ToArray())];
        int at = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            double sum = 0;
            long exact = 0;
            foreach (int[] summed in Positions.All([.. equation.Summed.Select(l => lengths[l])]))
            {
                int[] all = [.. position, .. summed];
                double product = 1;
                long integer = 1;
                for (int i = 0; i < operands.Length; i++)
                {
                    int index = all.Select((p, a) => p * strides[i][a]).Sum();
                    if (y.IsReal) product *= operands[i].Reals![index];
                    else integer = unchecked(integer * operands[i].Integers![index]);
                }

                sum += product;
                exact = unchecked(exact + integer);
            }

            if (y.IsReal) y.Reals![at++] = sum;
            else y.Integers![at++] = exact;
        }

        context.SetOutput(0, y);
    }
}
