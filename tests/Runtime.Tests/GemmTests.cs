using System;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Matrix products and dense layers against a naive loop in double.</summary>
public class GemmTests
{
    [Fact]
    public void Products_of_random_sizes_agree_with_the_definition()
    {
        Data data = new(11);
        for (int i = 0; i < 300; i++)
        {
            int rows = data.Next(1, 20);
            int depth = data.Next(1, 70);
            int columns = data.Next(1, 90);
            bool transposed = data.Next(0, 1) == 1;
            float[] a = data.Floats(rows * depth);
            float[] b = data.Floats(depth * columns);
            float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(columns);
            float[] addend = data.Next(0, 1) == 0 ? [] : data.Floats(rows * columns);
            double[] expected = Reference(a, b, bias, addend, rows, depth, columns, transposed);
            string context = $"{rows} x {depth} x {columns}, transposed {transposed}";

            float[] c = Data.Dirty(rows * columns);
            float[] packed = PanelPacking.Pack(b, depth, columns, transposed);
            using Guarded guarded = new();
            Gemm.Run(guarded.Of(a), guarded.Of(packed), guarded.Of(bias), guarded.Of(addend), guarded.Of(c), rows, depth, columns, default(Relu));
            guarded.Return();
            Expect.Close(expected, c, 1e-5, context);

            float[] again = Data.Dirty(rows * columns);
            float[] workspace = Data.Dirty(Gemm.WorkspaceLength(depth, columns));
            Gemm.RunUnpacked(guarded.Of(a), guarded.Of(b), guarded.Of(bias), guarded.Of(addend), guarded.Of(again), guarded.Of(workspace), rows, depth, columns, transposed, default(Relu));
            guarded.Return();
            Assert.Equal(c, again);
            Assert.Equal(packed, workspace);
        }
    }

    [Fact]
    public void Dense_layers_of_random_sizes_agree_with_the_definition()
    {
        Data data = new(12);
        for (int i = 0; i < 300; i++)
        {
            int inputs = data.Next(1, 200);
            int outputs = data.Next(1, 100);
            float[] x = data.Floats(inputs);
            float[] w = data.Floats(inputs * outputs);
            float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(outputs);
            double[] expected = Reference(x, w, bias, [], 1, inputs, outputs, true);

            float[] y = Data.Dirty(outputs);
            using Guarded guarded = new();
            Dense.RunPanels(guarded.Of(x), guarded.Of(PanelPacking.Pack(w, inputs, outputs, true)), guarded.Of(bias), guarded.Of(y), inputs, outputs, default(Relu));
            guarded.Return();
            Expect.Close(expected, y, 1e-5, $"{inputs} to {outputs}, panels");

            y = Data.Dirty(outputs);
            Dense.Run(guarded.Of(x), guarded.Of(DensePacking.Pack(w, inputs, outputs)), guarded.Of(bias), guarded.Of(y), inputs, outputs, default(Relu));
            guarded.Return();
            Expect.Close(expected, y, 1e-5, $"{inputs} to {outputs}, blocks");

            y = Data.Dirty(outputs);
            Dense.Run(guarded.Of(x), guarded.Of(DensePacking.Pack(w, inputs, outputs)), guarded.Of(bias.Length > 0 ? DensePacking.PadOutputs(bias) : bias), guarded.Of(y), inputs, outputs, default(Relu));
            guarded.Return();
            Expect.Close(expected, y, 1e-5, $"{inputs} to {outputs}, blocks and a long bias");

            y = Data.Dirty(outputs);
            Dense.RunRows(guarded.Of(x), guarded.Of(w), guarded.Of(bias), guarded.Of(y), inputs, outputs, default(Relu));
            guarded.Return();
            Expect.Close(expected, y, 1e-5, $"{inputs} to {outputs}, rows");
        }
    }

    [Fact]
    public void Products_of_doubles_agree_with_the_definition()
    {
        Data data = new(15);
        for (int i = 0; i < 100; i++)
        {
            (int rows, int depth, int columns) = (data.Next(1, 7), data.Next(1, 20), data.Next(1, 20));
            float[] a = data.Floats(rows * depth);
            float[] b = data.Floats(depth * columns);
            foreach (bool transposed in new[] { false, true })
            {
                double[] expected = Reference(a, b, [], [], rows, depth, columns, transposed);
                foreach (bool transposedA in new[] { false, true })
                {
                    double[] left = new double[a.Length];
                    for (int j = 0; j < a.Length; j++)
                    {
                        left[transposedA ? (j % depth * rows) + (j / depth) : j] = a[j];
                    }

                    double[] c = new double[rows * columns];
                    ScalarGemm.Run(left, Array.ConvertAll(b, v => (double)v), c.AsSpan(), rows, depth, columns, transposedA, transposed);
                    for (int j = 0; j < c.Length; j++)
                    {
                        Assert.Equal(expected[j], Math.Max(c[j], 0), 1e-12);
                    }
                }
            }
        }
    }

    [Fact]
    public void The_addend_may_be_the_output()
    {
        Data data = new(13);
        float[] a = data.Floats(5 * 6);
        float[] b = data.Floats(6 * 21);
        float[] c = data.Floats(5 * 21);
        double[] expected = Reference(a, b, [], c, 5, 6, 21, false);
        Gemm.Run(a, PanelPacking.Pack(b, 6, 21, false), default, c, c, 5, 6, 21, default(Relu));
        Expect.Close(expected, c, 1e-5, "in place");
    }

    [Fact]
    public void No_call_allocates()
    {
        Data data = new(14);
        float[] a = data.Floats(64 * 10);
        float[] packed = PanelPacking.Pack(data.Floats(64 * 33), 64, 33, true);
        float[] c = new float[10 * 33];
        Expect.NoAllocation(() => Gemm.Run(a, packed, default, default, c, 10, 64, 33, default(Identity)));
        Expect.NoAllocation(() => Dense.RunPanels(a, packed, default, c, 64, 33, default(Identity)));
    }

    [Fact]
    public void Nan_and_infinity_stay_in_their_row()
    {
        float[] a = new float[6 * 4];
        a[5] = float.NaN;
        a[9] = float.PositiveInfinity;
        float[] b = new float[4 * 20];
        Array.Fill(b, 1f);
        float[] c = new float[6 * 20];
        Gemm.Run(a, PanelPacking.Pack(b, 4, 20, false), default, default, c, 6, 4, 20, default(Relu));
        for (int i = 0; i < c.Length; i++)
        {
            float expected = (i / 20) switch { 1 => float.NaN, 2 => float.PositiveInfinity, _ => 0f };
            Assert.Equal(expected, c[i]);
        }
    }

    private static double[] Reference(float[] a, float[] b, float[] bias, float[] addend, int rows, int depth, int columns, bool transposed)
    {
        double[] c = new double[rows * columns];
        for (int m = 0; m < rows; m++)
        {
            for (int n = 0; n < columns; n++)
            {
                double sum = (bias.Length > 0 ? bias[n] : 0) + (addend.Length > 0 ? addend[(m * columns) + n] : 0);
                for (int k = 0; k < depth; k++)
                {
                    sum += (double)a[(m * depth) + k] * (transposed ? b[(n * depth) + k] : b[(k * columns) + n]);
                }

                c[(m * columns) + n] = Math.Max(sum, 0);
            }
        }

        return c;
    }
}
