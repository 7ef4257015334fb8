using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>Col2Im: columns that hold blocks of an image are added to the places where the blocks stand.</summary>
internal sealed class Col2Im : Operator
{
    private const int MaxRank = 12;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Col2Im",
        Versions = [18],
        Inputs = [new("input", TypeSet.Numeric), new("image_shape", TypeSet.Int64), new("block_shape", TypeSet.Int64)],
        Outputs = [new("output", TypeSet.Numeric)],
        Attributes = [new("dilations", AttributeKind.Ints), new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>Dilations, pads before and after, strides of each axis.</summary>
    public static (int Dilation, int Before, int After, int Stride)[] Axes(InferenceContext context, int rank)
    {
        long[] dilations = WindowGeometry.Numbers(context.Attributes, "dilations", rank, 1, 1, context);
        long[] pads = WindowGeometry.Numbers(context.Attributes, "pads", 2 * rank, 0, 0, context);
        long[] strides = WindowGeometry.Numbers(context.Attributes, "strides", rank, 1, 1, context);
        return [.. dilations.Select((d, i) => ((int)d, (int)pads[i], (int)pads[rank + i], (int)strides[i]))];
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length != 3) throw context.Fail("the input must have the axes batch, channel × block and column");
        long[] image = context.RequireIntegers(1, "image_shape");
        long[] block = context.RequireIntegers(2, "block_shape");
        if (image.Length is 0 or > MaxRank || block.Length != image.Length) throw context.Fail("image_shape and block_shape must have one length");
        if (image.Any(d => d is < 0 or > int.MaxValue) || block.Any(d => d is < 1 or > int.MaxValue)) throw context.Fail("image_shape or block_shape has an impossible length");
        (int Dilation, int Before, int After, int Stride)[] axes = Axes(context, image.Length);
        long size = Positions.Product(block.Select(b => (int)b));
        long columns = Positions.Product(axes.Select((a, i) => (int)Math.Max(0, Blocks(a, image[i], block[i]))));
        if (size > x[1] || x[1] % size != 0) throw context.Fail("blocks of " + size + " elements do not divide the second axis");
        if (columns != x[2]) throw context.Fail("an image of that shape has " + columns + " blocks");
        context.SetComputedOutput(0, context.Type(0), [x[0], x[1] / size, .. image]);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        int rank = shapes[0].Length - 2;
        if (x.Length != 3 || rank is < 1 or > MaxRank || context.Shape(1).ElementCount != rank || context.Shape(2).ElementCount != rank) return false;
        _ = Axes(context, rank);
        if (shapes[0][0] != x[0] || shapes[0][1] < 1 || x[1] % shapes[0][1] != 0) return false;
        context.SetOutput(0, context.Type(0), shapes[0]);
        return true;
    }

    /// <summary>How many blocks lie along an axis.</summary>
    public static long Blocks((int Dilation, int Before, int After, int Stride) axis, long image, long block)
    {
        long room = image + axis.Before + axis.After - ((block - 1) * axis.Dilation) - 1;
        return room < 0 ? 0 : (room / axis.Stride) + 1;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int[] image = [.. y.Lengths.Skip(2)];
        int[] block = [.. context.Input(2).Integers!.Select(b => (int)b)];
        (int Dilation, int Before, int After, int Stride)[] axes = Axes(context.Parameters, image.Length);
        int[] blocks = [.. axes.Select((a, i) => (int)Blocks(a, image[i], block[i]))];
        IEnumerable<int[]> channels = Positions.All([x.Lengths[0], y.Lengths[1]]);
        int plane = image.Aggregate(1, (a, b) => a * b);
        foreach (int[] channel in channels)
        {
            int row = ((channel[0] * y.Lengths[1]) + channel[1]) * block.Aggregate(1, (a, b) => a * b);
            foreach (int[] tap in Positions.All(block))
            {
                int column = 0;
                foreach (int[] place in Positions.All(blocks))
                {
                    int[] target = [.. axes.Select((a, i) => (place[i] * a.Stride) - a.Before + (tap[i] * a.Dilation))];
                    int from = (row * x.Lengths[2]) + column++;
                    if (target.Where((t, i) => t < 0 || t >= image[i]).Any()) continue;
                    int to = (((channel[0] * y.Lengths[1]) + channel[1]) * plane) + Positions.Index(target, image);
                    if (y.IsReal) y.Reals![to] += x.Reals![from];
                    else y.Integers![to] = unchecked(y.Integers[to] + x.Integers![from]);
                }

                row++;
            }
        }

        context.SetOutput(0, y);
    }
}
