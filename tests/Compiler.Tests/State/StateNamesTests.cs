using RedGen.Compiler.State;
using Xunit;

namespace RedGen.Compiler.Tests.State;

/// <summary>Which names say that an output is the next value of an input.</summary>
public sealed class StateNamesTests
{
    [Theory]
    [InlineData("h", "hn")]
    [InlineData("h0", "hn")]
    [InlineData("c_0", "c_n")]
    [InlineData("state", "stateN")]
    [InlineData("state_in", "state_out")]
    [InlineData("lstmStateIn", "lstmStateOut")]
    [InlineData("conv_cache_in_1", "conv_cache_out_1")]
    [InlineData("cache", "new_cache")]
    [InlineData("prev_state", "next_state")]
    [InlineData("prev_state", "state")]
    [InlineData("hidden", "hidden_out")]
    [InlineData("enc.h_in", "enc.h_out")]
    [InlineData("past_h", "present_h")]
    [InlineData("past_key_values.0.key", "present.0.key")]
    [InlineData("past_key_values.11.value", "present.11.value")]
    public void A_state_and_its_next_value(string input, string output) => Assert.True(StateNames.AreStateAndNext(input, output));

    [Theory]
    [InlineData("image_in", "image_out")]
    [InlineData("x", "xn")]
    [InlineData("audio", "new_audio")]
    [InlineData("h", "cn")]
    [InlineData("state_1", "state_2_out")]
    [InlineData("past_key_values.0.key", "present.1.key")]
    [InlineData("past_key_values.0.key", "present.0.value")]
    [InlineData("input", "output")]
    [InlineData("past", "present")]
    [InlineData("value", "value_out")]
    [InlineData("state_in", "estimate_out")]
    [InlineData("", "")]
    public void Names_that_say_nothing(string input, string output) => Assert.False(StateNames.AreStateAndNext(input, output));
}
