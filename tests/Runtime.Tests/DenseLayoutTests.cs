using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

public class DenseLayoutTests
{
    [Fact]
    public void Every_weight_has_a_place_of_its_own_and_expanded_weights_lie_as_packed_ones()
    {
        Data data = new(31);
        for (int outputs = 1; outputs <= 150; outputs++)
        {
            int inputs = data.Next(1, 9);
            float[] weights = new float[inputs * outputs];
            byte[] codes = new byte[weights.Length];
            for (int i = 0; i < weights.Length; i++)
            {
                codes[i] = (byte)data.Next(1, 126);
                weights[i] = codes[i];
            }

            float[] packed = DensePacking.Pack(weights, inputs, outputs);
            Assert.Equal(DenseLayout.Length(outputs, inputs, inputs), packed.Length);
            bool[] taken = new bool[packed.Length];
            for (int m = 0; m < outputs; m++)
            {
                int start = DenseLayout.Start(m, outputs, inputs, inputs, out int stride);
                for (int k = 0; k < inputs; k++)
                {
                    Assert.False(taken[start + (k * stride)]);
                    taken[start + (k * stride)] = true;
                    Assert.Equal(weights[(m * inputs) + k], packed[start + (k * stride)]);
                }
            }

            Assert.Equal(packed, HashedWeights.ToBlocks(codes, HashedWeights.Levels(0, 126), default, 0, outputs, inputs));
        }
    }

    [Theory]
    [InlineData(4, 0, 16)]
    [InlineData(16, 0, 16)]
    [InlineData(20, 4, 16)]
    [InlineData(21, 0, 32)]
    [InlineData(50, 2, 48)]
    [InlineData(65, 1, 64)]
    public void A_few_outputs_beyond_the_panels_are_rows(int outputs, int rows, int lanes)
    {
        Assert.Equal(rows, DenseLayout.Rows(outputs));
        Assert.Equal(rows, DensePacking.Rows(outputs));
        Assert.Equal(lanes, DenseLayout.Lanes(outputs));
    }
}
