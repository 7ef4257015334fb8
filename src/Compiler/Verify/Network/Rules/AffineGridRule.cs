using System;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Spatial;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>AffineGrid: for every pixel theta's rows times its coordinates, which float32 computes too, each off by roundings of at most 1.</summary>
internal static class AffineGridRule
{
    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[] y = builder.Shape(name);
        int dimensions = y.Length - 2, outputs = builder.Length(name), theta = builder.Length(node.Inputs[0]);
        bool isAligned = node.Attributes.Int("align_corners", 0) != 0;
        var map = new LinearMapBuilder(theta);
        var beside = new LinearMapBuilder(theta);
        for (int i = 0; i < outputs; i++)
        {
            int row = i % dimensions, pixel = i / dimensions;
            var place = new int[dimensions];
            for (int axis = dimensions - 1; axis >= 0; axis--)
            {
                place[axis] = pixel % y[axis + 1];
                pixel /= y[axis + 1];
            }

            // What is left of the pixel's number is the sample's; theta begins with the innermost axis.
            int start = ((pixel * dimensions) + row) * (dimensions + 1);
            for (int k = 0; k < dimensions; k++)
            {
                int axis = dimensions - 1 - k;
                (double first, double step) = AffineGrid.Coordinates(isAligned, y[axis + 1]);
                double coordinate = first + (place[axis] * step);
                map.Add(start + k, coordinate);
                beside.Add(start + k, Math.Max(0, 1 - Math.Abs(coordinate)));
            }

            map.Add(start + dimensions, 1);
            map.EndRow();
            beside.EndRow();
        }

        builder.Add(name, new AffineNode(name, [builder.Index(node.Inputs[0])], [map.ToMap()], new double[outputs], new AffineRounding(dimensions + 4) { Beside = beside.ToMap() }));
    }
}
