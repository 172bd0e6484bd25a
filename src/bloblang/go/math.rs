//! Functions of real numbers that agree with Go's to the last digit: the Cephes polynomials and powers by squaring.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_4, LOG2_E, LOG10_E};

/// Pi / 4 in three parts, each of which has few enough digits to be multiplied exactly.
const QUARTER: [f64; 3] = [7.853_981_256_484_985e-1, 3.774_894_707_930_798e-8, 2.695_151_429_079_059_5e-15];

const SIN: [f64; 6] = [
    1.589_623_015_765_465_7e-10,
    -2.505_074_776_285_780_7e-8,
    2.755_731_362_138_572_5e-6,
    -1.984_126_982_958_954e-4,
    8.333_333_333_322_118e-3,
    -1.666_666_666_666_663e-1,
];

const COS: [f64; 6] = [
    -1.135_853_652_138_768_2e-11,
    2.087_570_084_197_473_3e-9,
    -2.755_731_417_929_674e-7,
    2.480_158_728_885_170_4e-5,
    -1.388_888_888_887_305_6e-3,
    4.166_666_666_666_659e-2,
];

const TAN_ABOVE: [f64; 3] =
    [-1.309_369_391_813_837_3e4, 1.153_516_648_385_874_2e6, -1.795_652_519_764_848_8e7];

const TAN_BELOW: [f64; 5] = [
    1.0,
    1.368_129_634_706_929_5e4,
    -1.320_892_344_402_109_7e6,
    2.500_838_018_233_579e7,
    -5.386_957_559_294_546e7,
];

const LOG_ODD: [f64; 4] = [
    1.479_819_860_511_658_6e-1,
    1.818_357_216_161_805e-1,
    2.857_142_874_366_239e-1,
    6.666_666_666_666_735e-1,
];

const LOG_EVEN: [f64; 3] = [1.531_383_769_920_937_3e-1, 2.222_219_843_214_978_4e-1, 3.999_999_999_940_942e-1];

/// The logarithm of two in two parts, the first of which can be multiplied exactly.
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// From here on the three parts are not exact enough.
const LARGE: f64 = (1_u64 << 29) as f64;

/// 1 by the factorials of 8 to 1.
const FACTORIALS: [f64; 8] =
    [1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0];

/// The digits of 4 / pi to the base of 2^64, as many as the largest float needs.
const FOUR_BY_PI: [u64; 20] = [
    0x1,
    0x45f3_06dc_9c88_2a53,
    0xf84e_afa3_ea69_bb81,
    0xb6c5_2b32_7887_2083,
    0xfca2_c757_bd77_8ac3,
    0x6e48_dc74_849b_a5c0,
    0x0c92_5dd4_13a3_2439,
    0xfc3b_d639_6253_4e7d,
    0xd104_6bea_5d76_8909,
    0xd338_e04d_68be_fc82,
    0x7323_ac73_06a6_73e9,
    0x3908_bf17_7bf2_5076,
    0x3ff1_2fff_bc0b_301f,
    0xde5e_2316_b414_da3e,
    0xda6c_fd9e_4f96_136e,
    0x9e8c_7ecd_3cbf_d45a,
    0xea4f_758f_d7cb_e2f6,
    0x7a0e_73ef_14a5_25d4,
    0xd7f6_bf62_3f1a_ba10,
    0xac06_608d_f8f6_d757,
];

pub fn sin(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x.sin();
    }
    let (octant, z) = reduced(x.abs());
    let y = if octant % 4 == 1 || octant % 4 == 2 { cos_near(z) } else { sin_near(z) };
    if (octant > 3) != (x < 0.0) { -y } else { y }
}

pub fn cos(x: f64) -> f64 {
    if !x.is_finite() {
        return x.cos();
    }
    let (octant, z) = reduced(x.abs());
    let y = if octant % 4 == 1 || octant % 4 == 2 { sin_near(z) } else { cos_near(z) };
    if (octant > 3) != (octant % 4 > 1) { -y } else { y }
}

pub fn tan(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x.tan();
    }
    let (octant, z) = reduced(x.abs());
    let zz = z * z;
    let y =
        if zz > 1e-14 { z + z * (zz * polynomial(&TAN_ABOVE, zz) / polynomial(&TAN_BELOW, zz)) } else { z };
    let y = if octant & 2 == 2 { -1.0 / y } else { y };
    if x < 0.0 { -y } else { y }
}

/// The natural logarithm.
pub fn log(x: f64) -> f64 {
    if x <= 0.0 || !x.is_finite() {
        return x.ln();
    }
    let (mut fraction, mut exponent) = frexp(x);
    if fraction < FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let (f, k) = (fraction - 1.0, f64::from(exponent));
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * polynomial(&LOG_ODD, s4);
    let even = s4 * polynomial(&LOG_EVEN, s4);
    let half = 0.5 * f * f;
    k * LN_2_HIGH - ((half - (s * (half + (odd + even)) + k * LN_2_LOW)) - f)
}

pub fn log10(x: f64) -> f64 {
    log(x) * LOG10_E
}

pub fn pow(x: f64, y: f64) -> f64 {
    let is_plain = x != 0.0 && x.is_finite() && y.is_finite() && y.abs() < 9.2e18;
    if !is_plain || y == 0.0 || y == 1.0 || (x < 0.0 && y.fract() != 0.0) {
        return x.powf(y);
    }
    if y.abs() == 0.5 {
        return if y > 0.0 { x.sqrt() } else { 1.0 / x.sqrt() };
    }
    let (mut whole, mut fraction) = (y.abs().trunc(), y.abs().fract());
    let mut result = 1.0;
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        result = exp(fraction * log(x));
    }
    let (mut exponent, mut power) = (0_i64, frexp(x));
    let mut power_exponent = i64::from(power.1);
    let mut bits = whole as i64;
    while bits != 0 {
        if power_exponent.abs() > 1 << 12 {
            exponent += power_exponent;
            break;
        }
        if bits & 1 == 1 {
            result *= power.0;
            exponent += power_exponent;
        }
        power.0 *= power.0;
        power_exponent <<= 1;
        if power.0 < 0.5 {
            power.0 += power.0;
            power_exponent -= 1;
        }
        bits >>= 1;
    }
    if y < 0.0 { ldexp(1.0 / result, -exponent) } else { ldexp(result, exponent) }
}

/// The octant that a positive angle is in, made even, and how far it is from there.
fn reduced(x: f64) -> (u64, f64) {
    if x >= LARGE {
        return reduced_far(x);
    }
    let mut octant = (x * (4.0 / std::f64::consts::PI)) as u64;
    octant += octant & 1;
    let y = octant as f64;
    (octant & 7, ((x - y * QUARTER[0]) - y * QUARTER[1]) - y * QUARTER[2])
}

/// The same for an angle so large that 4 / pi has to be multiplied digit by digit, after Payne and Hanek.
fn reduced_far(x: f64) -> (u64, f64) {
    let (mantissa, exponent) = (x.to_bits() << 12 >> 12 | 1 << 52, (x.to_bits() >> 52) as usize - 1014);
    // Three words of 4 / pi, of which the first is so far behind the point that whole turns drop out.
    let (word, shift) = (exponent / 64, exponent % 64);
    let digits = |i: usize| {
        let both = u128::from(FOUR_BY_PI[word + i]) << 64 | u128::from(FOUR_BY_PI[word + i + 1]);
        (both << shift >> 64) as u64
    };
    let product = |i: usize| u128::from(digits(i)) * u128::from(mantissa);
    let turns = (product(0) << 64).wrapping_add(product(1)).wrapping_add(product(2) >> 64);
    let (octant, high, low) = ((turns >> 125) as u64, (turns >> 61) as u64, turns as u64);
    let zeros = high.leading_zeros() + 1;
    let digits = high.checked_shl(zeros).unwrap_or(0) | low >> (64 - zeros);
    let fraction = f64::from_bits(digits >> 12 | u64::from(1023 - zeros) << 52);
    let (octant, fraction) = match octant & 1 {
        1 => ((octant + 1) & 7, fraction - 1.0),
        _ => (octant, fraction),
    };
    (octant, fraction * FRAC_PI_4)
}

/// The exponential function: a Taylor series for a sixteenth of what is left beside a power of two.
fn exp(x: f64) -> f64 {
    const LN_2_LEFT: f64 = 2.823_529_056_303_157_7e-13;
    const LN_2_RIGHT: f64 = 6.931_471_805_596_63e-1;
    let exponent = (x * LOG2_E).round_ties_even();
    let rest = (-LN_2_LEFT).mul_add(exponent, (-LN_2_RIGHT).mul_add(exponent, x)) * 0.0625;
    let series = FACTORIALS.iter().fold(0.0_f64, |sum, inverse| sum.mul_add(rest, *inverse));
    let mut less_one = rest * series;
    for _ in 0..3 {
        less_one *= less_one + 2.0;
    }
    ldexp(less_one.mul_add(less_one + 2.0, 1.0), exponent as i64)
}

fn sin_near(z: f64) -> f64 {
    let zz = z * z;
    z + z * zz * polynomial(&SIN, zz)
}

fn cos_near(z: f64) -> f64 {
    let zz = z * z;
    1.0 - 0.5 * zz + zz * zz * polynomial(&COS, zz)
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// A fraction from 0.5 to 1 (or its negative) and the power of two that it is multiplied by.
fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, shift) = if x.is_subnormal() { (x * (1_u64 << 52) as f64, -52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent + shift)
}

fn ldexp(fraction: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-2200, 2200) as i32;
    let half = exponent / 2;
    fraction * 2_f64.powi(half) * 2_f64.powi(exponent - half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_agree_with_go() {
        for (found, expected) in [
            (cos(5.0), 0.2836621854632263),
            (sin(300.0), -0.9997558399011496),
            (sin(1597405526.0), -0.5101720211246193),
            (cos(9223372036854775807.0), 0.0118000765128003),
            (tan(100000000000000000000000.5), -2.7668308409867137),
            (pow(1.5, 1.5), 1.8371173070873836),
            (pow(1e-7, 1.5), 3.1622776601683775e-11),
            (tan(5.0), -3.3805150062465854),
            (tan(300.0), 45.24474207081936),
            (log10(5.0), 0.6989700043360187),
            (log10(300.0), 2.477121254719662),
            (log10(1.5), 0.17609125905568124),
            (log10(3.0), 0.4771212547196624),
            (log10(7.0), 0.8450980400142568),
            (log10(1000.0), 3.0),
            (pow(12345678901234567890.0, -2.0), 6.561000118098003e-39),
            (pow(2.0, 10.0), 1024.0),
            (pow(-2.0, 3.0), -8.0),
            (pow(2.0, 1100.0), f64::INFINITY),
        ] {
            assert_eq!(found, expected);
        }
        assert!(sin(-0.0).is_sign_negative() && pow(-8.0, 0.5).is_nan());
        assert_eq!((sin(1.0), cos(1.0)), (0.8414709848078965, 0.5403023058681398));
    }
}
