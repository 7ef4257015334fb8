using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>MaxUnpool: the elements that a MaxPool chose go back to where they stood; zeros elsewhere.</summary>
internal sealed class MaxUnpool : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "MaxUnpool",
        Versions = [9, 11, 22],
        Inputs = [new("X", TypeSet.Float), new("I", TypeSet.Int64), new("output_shape", TypeSet.Int64, Arity.Optional)],
        Outputs = [new("output", TypeSet.Float)],
        Attributes = [new("kernel_shape", AttributeKind.Ints, Required: true), new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints)],
    };

    /// <summary>The shape that a MaxPool of these attributes would have read: places count in it, unless the output is smaller.</summary>
    public static long[] Unpooled(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        int rank = x.Length - 2;
        if (rank < 1) throw context.Fail("X must have batch, channels and at least one spatial dimension");
        long[] kernel = WindowGeometry.Numbers(context.Attributes, "kernel_shape", rank, 1, 1, context);
        long[] strides = WindowGeometry.Numbers(context.Attributes, "strides", rank, 1, 1, context);
        long[] pads = WindowGeometry.Numbers(context.Attributes, "pads", 2 * rank, 0, 0, context);
        return [x[0], x[1], .. kernel.Select((k, i) => ((x[i + 2] - 1L) * strides[i]) + k - pads[i] - pads[rank + i])];
    }

    /// <summary>The shape that places count in: that of the pooled tensor where it lies within the output, else the output's.</summary>
    public static int[] Places(InferenceContext context, int[] output)
    {
        long[] unpooled = Unpooled(context);
        return unpooled.Length == output.Length && unpooled.Where((d, i) => d < 0 || d > output[i]).Any() is false ? [.. unpooled.Select(d => (int)d)] : output;
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (!context.Lengths(1).SequenceEqual(x)) throw context.Fail("X and I must have one shape");
        long[] unpooled = Unpooled(context);
        if (!context.HasInput(2))
        {
            context.SetComputedOutput(0, context.Type(0), unpooled);
            return;
        }

        long[] shape = context.RequireIntegers(2, "output_shape");
        if (shape.Length != x.Length || shape[0] != x[0] || shape[1] != x[1]) throw context.Fail("output_shape must begin with the batch and channels of X");
        context.SetComputedOutput(0, context.Type(0), shape);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        if (shapes[0].Length != x.Length || shapes[0][0] != x[0] || shapes[0][1] != x[1] || context.Shape(2).ElementCount != x.Length) return false;
        context.SetOutput(0, context.Type(0), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int[] places = Places(context.Parameters, y.Lengths);
        int[] strides = Positions.Strides(y.Lengths);
        long count = Positions.Product(places);
        for (int i = 0; i < x.Count; i++)
        {
            long place = context.Input(1).Integers![i];
            if (place < 0 || place >= count) throw new ArgumentOutOfRangeException(nameof(context), "MaxUnpool: a place is outside the output.");
            int target = 0;
            for (int a = places.Length - 1; a >= 0; a--)
            {
                target += (int)(place % places[a]) * strides[a];
                place /= places[a];
            }

            y.Reals![target] = x.Reals![i];
        }

        context.SetOutput(0, y);
    }
}
